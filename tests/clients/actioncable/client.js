// Rails' own client library, driven by JSON lines on standard input; tells what happens by JSON lines on standard output.
// Started by test_actioncable.py with the cable's URL. Nothing here knows what the lines are for.

import { createInterface } from "node:readline"
import WebSocket from "ws"

const url = process.argv[2]
const tell = (told, more = {}) => process.stdout.write(JSON.stringify({ told, ...more }) + "\n")

// The library is made for browsers: these it takes from the page.
const page = new EventTarget()
globalThis.document = { visibilityState: "visible" }
globalThis.addEventListener = page.addEventListener.bind(page)
globalThis.removeEventListener = page.removeEventListener.bind(page)

class Socket extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols)
    this.addEventListener("open", () => tell("open", { protocol: this.protocol, extensions: this.extensions }))
    this.addEventListener("message", ({ data }) => tell("frame", { type: JSON.parse(data).type ?? null }))
    this.addEventListener("close", ({ code }) => tell("close", { code }))
  }
}

const { default: ActionCable } = await import("@rails/actioncable")
ActionCable.adapters.WebSocket = Socket
const consumer = ActionCable.createConsumer(url)
const subscriptions = new Map()

const orders = {
  subscribe: ({ name, params }) =>
    subscriptions.set(name, consumer.subscriptions.create(params, {
      connected: () => tell("connected", { name }),
      disconnected: ({ willAttemptReconnect }) => tell("disconnected", { name, willAttemptReconnect }),
      received: message => tell("received", { name, ...message }),
      rejected: () => tell("rejected", { name }),
    })),
  perform: ({ name, action }) => subscriptions.get(name).perform(action),
  unsubscribe: ({ name }) => subscriptions.get(name).unsubscribe(),
  // The user comes back to the page, which makes the library look after its connection at once.
  look: () => page.dispatchEvent(new Event("visibilitychange")),
  leave: () => { consumer.disconnect(); input.close() },
}

const input = createInterface({ input: process.stdin })
input.on("line", line => {
  const order = JSON.parse(line)
  orders[order.order](order)
})
input.on("close", () => consumer.disconnect())
