// Compiles a sample client against the SDL, with relay-compiler and with graphql-codegen and TypeScript:
// node clients.mjs SDL. Says what was made, and under `documents` each operation as the client sends it. A comment above
// one in its source says who asks (`as: …`) and with which variables (`with: { … }`).
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { parse } from 'graphql';

const schema = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'plumbline-clients-'));
const tool = (name, args, cwd) =>
  execFileSync(resolve('node_modules/.bin', name), args, { cwd, stdio: ['ignore', process.stderr, process.stderr] });
// What the comments right above a place say of who asks and with what.
const marks = (before) => {
  const lines = before.trimEnd().split('\n').reverse();
  const comments = lines.slice(0, lines.findIndex((line) => !/^(#|\/\/)/.test(line)) >>> 0);
  const mark = (name) => comments.map((line) => line.match(`^(?:#|//) ${name}: (.*)$`)?.[1]).find(Boolean);
  return { as: mark('as'), with: mark('with') };
};
const scalars = { DateTime: 'string', Date: 'string', Upn: 'string', Urn: 'string' };

try {
  // relay-compiler wants the SDL, its sources and what it makes below its own folder.
  const relay = join(folder, 'relay');
  cpSync('sample/relay', join(relay, 'src'), { recursive: true });
  cpSync(schema, join(relay, 'schema.graphql'));
  mkdirSync(join(relay, 'made'));
  const config = { src: './src', schema: './schema.graphql', language: 'javascript', artifactDirectory: './made', customScalarTypes: scalars };
  writeFileSync(join(relay, 'relay.config.json'), JSON.stringify(config));
  tool('relay-compiler', ['relay.config.json'], relay);

  cpSync('sample/typescript', join(folder, 'typescript'), { recursive: true });
  await generate({
    schema,
    documents: join(folder, 'typescript/*.graphql'),
    silent: true,
    generates: {
      [join(folder, 'typescript/made.ts')]: {
        plugins: ['typescript', 'typescript-operations'],
        config: { scalars, enumsAsTypes: true, strictScalars: true, skipTypename: false, nonOptionalTypename: true },
      },
    },
  });
  tool('tsc', ['--strict', '--noEmit', '--target', 'es2022', 'use.ts'], join(folder, 'typescript'));
  const relayMade = readdirSync(join(relay, 'made'), { recursive: true }).filter((name) => name.endsWith('.graphql.js'));

  const documents = [];
  const sources = (kind, end) => readdirSync(`sample/${kind}`).filter((name) => name.endsWith(end)).map((name) => {
    const place = `sample/${kind}/${name}`;
    return { place: `tests/npm/${place}`, text: readFileSync(place, 'utf8') };
  });
  for (const made of relayMade) {
    // What is sent stands in `text` of an operation; a fragment has none.
    const [, text] = readFileSync(join(relay, 'made', made), 'utf8').match(/"text": ("(?:[^"\\]|\\.)*")/) ?? [];
    if (!text) continue;
    const operation = made.split('/').pop().replace('.graphql.js', '');
    const source = sources('relay', '.js').find(({ text }) => text.includes(operation));
    const before = source.text.slice(0, source.text.lastIndexOf('export const', source.text.indexOf(operation)));
    documents.push({ place: `${source.place} ${operation}`, text: JSON.parse(text), ...marks(before) });
  }
  for (const source of sources('typescript', '.graphql')) {
    for (const { loc, name } of parse(source.text).definitions) {
      const text = source.text.slice(loc.start, loc.end);
      documents.push({ place: `${source.place} ${name.value}`, text, ...marks(source.text.slice(0, loc.start)) });
    }
  }
  console.log(JSON.stringify({ relay: relayMade.length, typescript: readdirSync(join(folder, 'typescript')).length, documents }));
} finally {
  rmSync(folder, { recursive: true });
}
