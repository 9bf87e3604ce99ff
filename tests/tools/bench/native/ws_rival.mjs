// A fan-out server on Node's `ws`: what a publisher sends to /pub goes to every other client, and nowhere else.
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket, request) => {
  if (request.url !== "/pub") return;
  socket.on("message", (data) => {
    const text = data.toString();
    for (const each of server.clients) if (each !== socket) each.send(text);
  });
});
server.on("listening", () => console.log("listening"));
