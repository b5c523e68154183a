// What of the SDL breaks a client of an earlier one: node sdl-changes.mjs EARLIER LATER.
// Says one JSON array: `{ path, type, message }` of each breaking change.
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [earlier, later] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8')));
const changes = await diff(earlier, later);
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
console.log(JSON.stringify(breaking.map(({ path, type, message }) => ({ path, type, message }))));
