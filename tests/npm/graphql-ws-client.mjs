// The client of `graphql-ws` against a service: a query, a document that is refused, a subscription
// of which two events are awaited, and a token that does not hold.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, token, query, variables } = JSON.parse(process.argv[2]);
const connect = (token) =>
  createClient({
    url,
    webSocketImpl: WebSocket,
    lazy: true,
    retryAttempts: 0,
    connectionParams: () => ({ authorization: `Bearer ${token}` }),
  });

const client = connect(token);
const first = async (payload) => {
  for await (const result of client.iterate(payload)) return result;
};
console.log('query', JSON.stringify((await first({ query: '{ viewer { roles } }' })).data));
await first({ query: '{ nope }' }).then(
  () => console.log('answered'),
  (errors) => console.log('refused', errors[0].extensions.code),
);
let awaited = 2;
for await (const result of client.iterate({ query, variables })) {
  console.log('next', JSON.stringify(result));
  if (--awaited === 0) break;
}
console.log('disposed');
await client.dispose();

const other = connect('nonsense');
await new Promise((done) =>
  other.subscribe(
    { query: '{ viewer { roles } }' },
    { next: () => console.log('answered'), complete: done, error: (e) => (console.log(`closed ${e.code} with another token`), done()) },
  ),
);
