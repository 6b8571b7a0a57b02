const pages = [
  ['varz', 'General'],
  ['jsz', 'JetStream'],
  ['connz', 'Connections'],
  ['accountz', 'Accounts'],
  ['accstatz', 'Account Stats'],
  ['subsz', 'Subscriptions'],
  ['routez', 'Routes'],
  ['leafz', 'LeafNodes'],
  ['gatewayz', 'Gateways'],
  ['raftz', 'Raft Groups'],
  ['healthz', 'Health Probe'],
  ['ipqueuesz', 'Internal Queues'],
  ['expvarz', 'Runtime Figures'],
  ['stacksz', 'Stacks'],
  ['metrics', 'Metrics for Prometheus'],
  ['console', 'Console'],
] as const;

/** The page at the root: where everything is. */
export function indexPage(version: string, base: string): string {
  const links = pages.map(([path, title]) => `    <li><a href="${base}/${path}">${title}</a></li>`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Skein v${version}</title>
  </head>
  <body>
    <h1>Skein v${version}</h1>
    <ul>
${links.join('\n')}
    </ul>
  </body>
</html>
`;
}
