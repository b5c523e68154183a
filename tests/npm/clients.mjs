// Compiles a sample client against the SDL, with relay-compiler and with graphql-codegen and TypeScript:
// node clients.mjs SDL. Says what was made.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generate } from '@graphql-codegen/cli';

const schema = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'plumbline-clients-'));
const tool = (name, args, cwd) =>
  execFileSync(resolve('node_modules/.bin', name), args, { cwd, stdio: ['ignore', process.stderr, process.stderr] });
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
  console.log(JSON.stringify({ relay: relayMade.length, typescript: readdirSync(join(folder, 'typescript')).length }));
} finally {
  rmSync(folder, { recursive: true });
}
