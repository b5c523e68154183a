// Runs all audits of graphql-http against a server that listens: node graphql-http-audit.mjs URL TOKEN.
// Says one JSON object: how many audits there are, and those that were not `ok`.
import { auditServer } from 'graphql-http';

const [url, token] = process.argv.slice(2);
const fetchFn = (address, init = {}) =>
  fetch(address, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

const results = await auditServer({ url, fetchFn });
const failed = results
  .filter((result) => result.status !== 'ok')
  .map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify({ audits: results.length, ok: results.length - failed.length, failed }));
