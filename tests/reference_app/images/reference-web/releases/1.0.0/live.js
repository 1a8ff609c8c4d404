// A client of Socket.IO's protocol version 5 over WebSocket: events, acknowledgements, coming back by itself.
// https://socket.io/docs/v4/socket-io-protocol/ and https://socket.io/docs/v4/engine-io-protocol/

const LONGEST_PAUSE_MS = 5000;

export class Live extends EventTarget {
  #socket; #token; #address;
  #acknowledgements = new Map();
  #next = 0;
  #pause = 250;
  #wanted = true;

  constructor(origin, token) {
    super();
    this.#token = token;
    this.#address = `${origin.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`;
    this.#open();
  }

  send(name, data) {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error("not connected; one moment"));
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#acknowledgements.set(id, { resolve, reject });
      this.#socket.send(`42${id}${JSON.stringify([name, data])}`);
    });
  }

  close() {
    this.#wanted = false;
    this.#socket.close();
  }

  #open() {
    this.#socket = new WebSocket(this.#address);
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = () => this.#closed();
  }

  #receive(packet) {
    if (packet === "2") this.#socket.send("3"); // ping, pong
    else if (packet[0] === "0") this.#socket.send(`40${JSON.stringify({ token: this.#token })}`);
    else if (packet.startsWith("40")) {
      this.#pause = 250;
      this.#tell("connected");
    } else if (packet.startsWith("44")) {
      this.#wanted = false;
      this.#tell("refused");
      this.#socket.close();
    } else if (packet.startsWith("42")) {
      const [name, data] = JSON.parse(packet.slice(2));
      this.#tell(name, data);
    } else if (packet.startsWith("43")) {
      const [, id, values] = packet.match(/^43(\d+)(.*)$/s);
      this.#acknowledgements.get(Number(id))?.resolve(JSON.parse(values)[0]);
      this.#acknowledgements.delete(Number(id));
    }
  }

  #closed() {
    for (const { reject } of this.#acknowledgements.values()) reject(new Error("the connection was lost"));
    this.#acknowledgements.clear();
    this.#tell("disconnected");
    if (!this.#wanted) return;
    setTimeout(() => this.#wanted && this.#open(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
