"""The bundled graphs and the supervisor that runs a local Agent Server for them."""
