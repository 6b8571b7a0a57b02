/** Does nothing for ever: keeps the network namespace that gateways come and go in. */

process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 2 ** 30);
