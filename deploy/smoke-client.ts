import { connect } from '@nats-io/transport-node';

/**
 * Opens as many connections as the first argument says and lets each publish to each, and ask it. The kernel deals
 * connections out among the listening gateways, so many of them leave none of a few gateways without one.
 */

const count = Number(process.argv[2]);
const servers = `127.0.0.1:${process.env.SKEIN_PORT}`;
const signal = AbortSignal.timeout(30_000);
signal.addEventListener('abort', () => {
  console.error('not everything arrived within 30 s');
  process.exit(1);
});

const clients = await Promise.all(Array.from({ length: count }, () => connect({ servers })));
const everythingArrived = clients.map(async (client, index) => {
  const missing = new Set(clients.keys());
  for await (const message of client.subscribe(`to.${index}`)) {
    missing.delete(Number(message.string()));
    if (missing.size === 0) return;
  }
});
clients.forEach((client, index) => {
  client.subscribe(`ask.${index}`, { callback: (_error, message) => void message.respond(message.data) });
});
await Promise.all(clients.map((client) => client.flush()));

clients.forEach((client, from) => {
  for (let to = 0; to < count; to++) client.publish(`to.${to}`, String(from));
});
await Promise.all(everythingArrived);
for (const [index, client] of clients.entries()) {
  const reply = await client.request(`ask.${(index + 1) % count}`, `from ${index}`);
  if (reply.string() !== `from ${index}`) throw new Error(`wrong reply: ${reply.string()}`);
}
await Promise.all(clients.map((client) => client.drain()));
process.exit(0);
