// Asks over HTTP/2 without TLS, three questions at once on one connection: node h2c.mjs URL TOKEN.
import http2 from 'node:http2';

const [url, token] = process.argv.slice(2);
const client = http2.connect(url);
const ask = (query) =>
  new Promise((resolve, reject) => {
    const headers = { ':method': 'POST', ':path': '/graphql', 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const request = client.request(headers);
    let status, text = '';
    request.setEncoding('utf8');
    request.on('response', (answer) => { status = answer[':status']; });
    request.on('data', (chunk) => { text += chunk; });
    request.on('end', () => resolve({ status, data: JSON.parse(text).data }));
    request.on('error', reject);
    request.end(JSON.stringify({ query }));
  });
const answers = await Promise.all(['{ trust { name } }', '{ pupils { totalCount } }', '{ __typename }'].map(ask));
client.close();
console.log(JSON.stringify(answers));
