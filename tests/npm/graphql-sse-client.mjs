// The client of `graphql-sse` against a service, in its distinct connections mode: a query, a document
// that is refused, a subscription of which two events are awaited; and its other mode, which is not offered.
import { createClient } from 'graphql-sse';

const { url, token, query, variables } = JSON.parse(process.argv[2]);
const headers = { authorization: `Bearer ${token}` };
const client = createClient({ url, headers, retryAttempts: 0 });
const first = async (client, payload) => {
  for await (const result of client.iterate(payload)) return result;
};
console.log('query', JSON.stringify((await first(client, { query: '{ viewer { roles } }' })).data));
const refused = await first(client, { query: '{ nope }' });
console.log('refused', refused.errors[0].extensions.code);
let awaited = 2;
for await (const result of client.iterate({ query, variables })) {
  console.log('next', JSON.stringify(result));
  if (--awaited === 0) break;
}
console.log('disposed');
client.dispose();

const single = createClient({ url, headers, retryAttempts: 0, singleConnection: true });
await first(single, { query: '{ viewer { roles } }' }).then(
  () => console.log('answered'),
  (error) => console.log('single connection:', error.response?.status ?? String(error)),
);
single.dispose();
