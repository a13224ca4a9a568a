// Stands in for k6, which is no library: its modules as a k6 script sees them, with real requests by curl.
// Run with `node k6.mjs SCRIPT`; `__ENV` is the environment. At its end it prints how many checks passed and failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'k6-'));
const tally = { passed: 0, failed: [] };

function request(method, url, body, params = {}) {
  const sent = join(folder, 'sent'), got = join(folder, 'got');
  const words = ['-sS', '--globoff', '--path-as-is', '-o', got, '-w', '%{http_code}', '-X', method];
  if (method === 'HEAD') words.push('--ignore-content-length', '-H', 'Connection: close');  // no body follows
  const names = Object.keys(params.headers ?? {});
  for (const name of names) words.push('-H', params.headers[name] === '' ? `${name};` : `${name}: ${params.headers[name]}`);
  if (body !== null) {
    writeFileSync(sent, typeof body === 'string' ? body : Buffer.from(body));
    words.push('-H', 'Expect:', '--data-binary', `@${sent}`);
    if (!names.some(name => name.toLowerCase() === 'content-type')) words.push('-H', 'Content-Type:');
  }
  const done = spawnSync('curl', [...words, url], { encoding: 'utf8' });
  return { status: Number(done.stdout), json: () => JSON.parse(readFileSync(got, 'utf8')) };
}

globalThis.__ENV = process.env;
globalThis.k6 = {
  http: { request, CookieJar: class {}, batch: requests => requests.map(one => request(one.method, one.url, one.body, one.params)) },
  encoding: { b64decode: text => Uint8Array.from(Buffer.from(text, 'base64')).buffer },
  check(value, checks) {
    for (const [name, holds] of Object.entries(checks)) holds(value) ? (tally.passed += 1) : tally.failed.push(name);
  },
  fail(message) {
    throw new Error(message);
  },
};

const modules = {
  "import http from 'k6/http';": 'const { http } = globalThis.k6;',
  "import { check, fail } from 'k6';": 'const { check, fail } = globalThis.k6;',
  "import encoding from 'k6/encoding';": 'const { encoding } = globalThis.k6;',
};
let text = readFileSync(process.argv[2], 'utf8');
for (const [written, here] of Object.entries(modules)) {
  if (!text.includes(written)) throw new Error(`the script lacks ${written}`);
  text = text.replace(written, here);
}
const script = join(folder, 'script.mjs');
writeFileSync(script, text);
try {
  const { default: iteration, options } = await import(pathToFileURL(script));
  for (let number = 0; number < options.iterations; number += 1) iteration();
  console.log(JSON.stringify(tally));
} finally {
  rmSync(folder, { recursive: true });
}
