"""The debugger without a face: the command line and the app are its two faces."""
