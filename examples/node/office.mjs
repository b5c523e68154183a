// A school office in small: a trusted document with its answer cached, a pupil by id, and two tabs that correct one name. Node.js 20 or
// later, no packages:
//   plumbline documents add --trust NAME --client office examples/documents/school.graphql
//   node office.mjs http://127.0.0.1:8000/graphql TOKEN
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const [url, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}`, accept: 'application/graphql-response+json' };
const document = await readFile(new URL('../documents/school.graphql', import.meta.url), 'utf8');

const read = async (response) => {
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
};

const ask = async (query, variables = {}) =>
  read(await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) }));

/** The answer of a document that was registered, by its hash and GET. What has not changed is not sent again. */
const cache = new Map();
const trusted = async (text, variables) => {
  const documentId = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const address = `${url}?${new URLSearchParams({ documentId, variables: JSON.stringify(variables) })}`;
  const known = cache.get(address);
  const response = await fetch(address, { headers: known ? { ...headers, 'if-none-match': known.tag } : headers });
  if (response.status === 304) return { data: known.data, again: true };
  const data = await read(response);
  cache.set(address, { tag: response.headers.get('etag'), data });
  return { data, again: false };
};

const { viewer } = await ask('{ viewer { schools { name } } }');
for (let time = 0; time < 2; time += 1) {
  const { data, again } = await trusted(document, { name: viewer.schools[0].name });
  console.log(`${data.schools.nodes[0].name}, ${again ? 'not changed since' : 'read'}`);
}

const [found] = (await ask('{ pupils(first: 1, order: NAME) { nodes { id givenName version } } }')).pupils.nodes;
// An id is of one type and lasts: anything is found by it again.
const { node } = await ask('query($id: ID!) { node(id: $id) { __typename ... on Pupil { givenName } } }', { id: found.id });
console.log(`${node.__typename} ${node.givenName}`);

// Two tabs have read one version. The second to save is told, and shown what is there now.
const rename = `mutation Rename($input: UpdatePupilInput!) {
  updatePupil(input: $input) { pupil { id givenName version } userErrors { code field message } }
}`;
for (const tab of ['first', 'second']) {
  const input = { pupilId: found.id, expectedVersion: found.version, givenName: `Ada-${tab}-${randomUUID().slice(0, 6)}` };
  let { updatePupil: payload } = await ask(rename, { input });
  if (payload.userErrors[0]?.code === 'STALE') {
    console.log(`the ${tab} tab was too late: version ${payload.pupil.version - found.version} later`);
    ({ updatePupil: payload } = await ask(rename, { input: { ...input, expectedVersion: payload.pupil.version } }));
  }
  if (payload.userErrors.length) throw new Error(JSON.stringify(payload));
  console.log(`the ${tab} tab saved`);
}
