// A class teacher's front end in small: who I am, my class page by page, record a judgement, be told of it. Node.js 20 or later, no packages:
//   node school.mjs http://127.0.0.1:8000/graphql TOKEN
import { randomUUID } from 'node:crypto';

const [url, token] = process.argv.slice(2);
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };

/** The service did not do what was asked, and says why. */
class Refused extends Error {}

/** The data of an answer. Errors of the request are thrown, each with its code. */
const ask = async (query, variables = {}) => {
  const accept = 'application/graphql-response+json, application/json';
  const response = await fetch(url, { method: 'POST', headers: { ...headers, accept }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Refused(errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join('; '));
  return data;
};

/** What a mutation changed. What was wrong with its input is data, and is thrown here. */
const change = async (mutation, query, variables) => {
  const payload = (await ask(query, variables))[mutation];
  const told = payload.userErrors.map(({ code, field, message }) => `${code} at ${field.join('.')}: ${message}`);
  if (told.length) throw new Refused(told.join('; '));
  return payload;
};

/** The nodes of a list, page by page to its end. */
async function* pages(connection, query, variables) {
  for (let after = null; ; ) {
    const { nodes, pageInfo } = connection(await ask(query, { ...variables, after }));
    yield* nodes;
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}

/** The events of a subscription, as a stream of server-sent events. Resolves once it has begun. */
const follow = async (query, variables) => {
  const response = await fetch(url, { method: 'POST', headers: { ...headers, accept: 'text/event-stream' }, body: JSON.stringify({ query, variables }) });
  return (async function* () {
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('data:') && line.slice(5).trim()) yield JSON.parse(line.slice(5)).data;
      }
    }
  })();
};

const mine = await ask(`{
  viewer { name classes { id name } }
  assessmentWindows(first: 1, order: LATEST) { nodes { id term } }
  subjects(filter: { code: { eq: "reading" } }) { nodes { id } }
  frameworks(first: 1) { nodes { id } }
}`);
const [taught] = mine.viewer.classes;
const register = `query Register($class: ID!, $after: String) {
  class(id: $class) {
    pupils(on: "2026-06-22", order: NAME, first: 10, after: $after) {
      nodes { id givenName familyName }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
const pupils = [];
for await (const pupil of pages((data) => data.class.pupils, register, { class: taught.id })) pupils.push(pupil);
console.log(`${mine.viewer.name} teaches ${taught.name}: ${pupils.length} pupils`);

const window = mine.assessmentWindows.nodes[0].id;
const events = await follow('subscription($window: ID!) { judgementRecorded(windowId: $window) { pupil { id } grade { code } } }', { window });
// With the same key a repeat, after an answer that was lost, does nothing twice.
const input = {
  windowId: window,
  subjectId: mine.subjects.nodes[0].id,
  frameworkId: mine.frameworks.nodes[0].id,
  judgement: { pupilId: pupils[0].id, gradeCode: 'EXS', judgedOn: '2026-06-24' },
  idempotencyKey: randomUUID(),
};
const { judgement } = await change('recordJudgement', `mutation Record($input: RecordJudgementInput!) {
  recordJudgement(input: $input) { judgement { id grade { code } } userErrors { code field message } }
}`, { input });
console.log(`recorded ${judgement.grade.code} for ${pupils[0].givenName}`);
const { value: event } = await events.next();
if (event.judgementRecorded.pupil.id !== pupils[0].id) throw new Error(JSON.stringify(event));
console.log(`told of ${event.judgementRecorded.grade.code}`);

await ask('{ schools { nodes { nmae } } }').catch((refused) => console.log(`refused, ${refused.message}`));
process.exit(0);
