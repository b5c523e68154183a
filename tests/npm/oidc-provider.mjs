// A real OpenID provider (npm `oidc-provider`) on a free port of this machine.
//
// It says its issuer on the first line; after that it takes one command a line and says one line for each:
//   rotate    new keys sign from now on; the old ones are still published
//   replace   new keys sign from now on; the old ones are gone
//   down, up  it stops and starts to answer, on the same port
//   fetches   how often its keys were asked for
// It ends when its input does.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

// Its notices are not among the lines that are said.
console.info = console.error;

const AUDIENCE = 'https://plumbline.test/graphql';
const KINDS = {
  RS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
};

let generation = 0;
let published = [];

function newKeys() {
  generation += 1;
  return Object.entries(KINDS).map(([alg, [kind, options]]) => {
    const { privateKey } = generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: 'jwk' }), kid: `${alg}-${generation}`, alg, use: 'sig' };
  });
}

// A resource names the algorithm of its tokens in its path.
function resourceServer(resource) {
  const alg = new URL(resource).pathname.slice(1);
  return {
    scope: 'read',
    audience: AUDIENCE,
    accessTokenFormat: 'jwt',
    accessTokenTTL: 600,
    jwt: { sign: { alg, kid: `${alg}-${generation}` } },
  };
}

function provider(issuer) {
  const made = new Provider(issuer, {
    jwks: { keys: published },
    clients: [
      {
        client_id: 'nightly-import',
        client_secret: 'secret-of-the-nightly-import',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
      {
        client_id: 'portal',
        client_secret: 'secret-of-the-portal',
        grant_types: ['urn:test:person'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: (_, resource) => resourceServer(resource) },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // An account is named by the address of the person.
    extraTokenClaims: (_, token) => (token.accountId ? { email: token.accountId, email_verified: true } : undefined),
  });
  // A person who is signed in already: what follows the pages on which they would do it.
  made.registerGrantType(
    'urn:test:person',
    async (ctx, next) => {
      const { client, params } = ctx.oidc;
      const token = new made.AccessToken({ accountId: params.person, client, gty: 'person', scope: 'read' });
      token.resourceServer = new made.ResourceServer(params.resource, resourceServer(params.resource));
      ctx.oidc.entity('AccessToken', token);
      ctx.body = { access_token: await token.save(), token_type: token.tokenType };
      await next();
    },
    ['person', 'resource'],
  );
  return made.callback();
}

let fetches = 0;
let answer;
const server = createServer((request, response) => {
  if (request.url === '/jwks') fetches += 1;
  answer(request, response);
});
const listen = (port) => new Promise((done) => server.listen(port, '127.0.0.1', done));

await listen(0);
const { port } = server.address();
const issuer = `http://127.0.0.1:${port}`;
published = newKeys();
answer = provider(issuer);
console.log(issuer);

const commands = {
  rotate() {
    published = [...newKeys(), ...published];
    answer = provider(issuer);
    return 'rotated';
  },
  replace() {
    published = newKeys();
    answer = provider(issuer);
    return 'replaced';
  },
  async down() {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
    return 'down';
  },
  async up() {
    await listen(port);
    return 'up';
  },
  fetches: () => String(fetches),
};
for await (const line of createInterface({ input: process.stdin })) {
  console.log(await commands[line]());
}
process.exit(0);
