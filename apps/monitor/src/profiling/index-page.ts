import { profileKinds } from './kinds.ts';

/** What `/debug/pprof/` shows. */
export function pprofIndex(): string {
  const rows = Object.entries(profileKinds).map(([name, { about }]) => {
    const page = name === 'cpu' ? 'profile' : name;
    return `<tr><td><a href="${page}?debug=1">${page}</a></td><td>${about}</td></tr>\n`;
  });
  return `<!DOCTYPE html>
<html lang="en">
<head><title>/debug/pprof/</title></head>
<body>
<h1>/debug/pprof/</h1>
<p>With <code>debug=1</code> a profile is text, without it is for <code>go tool pprof</code>.
<code>process=gateway/0</code> asks one process alone.</p>
<table>
${rows.join('')}</table>
<p><a href="goroutine?debug=2">full goroutine stack dump</a></p>
</body>
</html>
`;
}
