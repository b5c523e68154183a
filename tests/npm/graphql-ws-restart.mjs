// The client of `graphql-ws` on a service that is stopped and started again: it subscribes anew by itself.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, token, query, variables } = JSON.parse(process.argv[2]);
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  retryAttempts: 100,
  retryWait: () => new Promise((again) => setTimeout(again, 100)),
  shouldRetry: () => true,
  connectionParams: { authorization: `Bearer ${token}` },
});
let closed = false;
client.on('closed', (event) => {
  if (!closed) console.log('closed', event.code);
  closed = true;
});
client.subscribe(
  { query, variables },
  { next: (result) => console.log('next', JSON.stringify(result)), error: (error) => console.log('error', error), complete: () => console.log('complete') },
);
