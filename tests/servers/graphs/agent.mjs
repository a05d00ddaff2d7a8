// The weather agent of agent.py, for LangGraph.js.
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

const WEATHER = { "San Francisco": "14 °C, fog", "Santa Fe": "31 °C, sun" };

const agent = ({ messages }) => {
  const last = messages[messages.length - 1];
  const usage_metadata = { input_tokens: 20, output_tokens: 7, total_tokens: 27 };
  if (last.getType() === "tool") {
    return { messages: [new AIMessage({ content: `The report says: ${last.content}.`, usage_metadata })] };
  }
  const args = { query: "weather in Santa Fe" };
  const content = [{ type: "tool_use", id: "call_1", name: "search", input: args }];
  const tool_calls = [{ name: "search", args, id: "call_1" }];
  return { messages: [new AIMessage({ content, tool_calls, usage_metadata })] };
};

const action = ({ messages }) => {
  const call = messages[messages.length - 1].tool_calls[0];
  const query = call.args.query;
  const city = Object.keys(WEATHER).find((name) => query.includes(name));
  const content = city ? `${city}: ${WEATHER[city]}` : `nothing on ${query}`;
  return { messages: [new ToolMessage({ content, name: "search", tool_call_id: call.id, artifact: { query } })] };
};

const route = ({ messages }) => (messages[messages.length - 1].tool_calls?.length ? "action" : END);

export const graph = new StateGraph(MessagesAnnotation)
  .addNode("agent", agent)
  .addNode("action", action)
  .addEdge(START, "agent")
  .addConditionalEdges("agent", route, ["action", END])
  .addEdge("action", "agent")
  .compile();
