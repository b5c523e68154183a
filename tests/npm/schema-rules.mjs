// Holds the SDL against all schema rules of @graphql-eslint, the ones for Relay among them, and asks for a
// description of every element: node schema-rules.mjs SDL. Says one JSON object: how many rules there are, what
// was found, and which exceptions were of no use. One rule more is ours: what is asked under one name of all the
// types that a union or an interface stands for has one shape.
import { readFileSync } from 'node:fs';
import plugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { buildSchema, getNamedType, isAbstractType, isLeafType } from 'graphql';

const schema = process.argv[2];
const rule = (name) => `@graphql-eslint/${name}`;

// Rules that this schema does not keep, and why.
const switchedOff = {
  [rule('no-root-type')]: 'It forbids mutations and subscriptions: the service has both.',
  [rule('require-nullable-result-in-root')]:
    'A list is there or the request has failed: a client need not ask of each list whether it is null. What can be absent (`node`, `trust`, `pupil`) is nullable; expected failures of a mutation are its `userErrors`.',
  [rule('require-field-of-type-query-in-mutation-result')]:
    'What a mutation changed is in its payload with all that hangs on it; a second root in every payload would be a second way to ask everything.',
};

// Settings of rules that this schema keeps in its own way, and why.
const set = {
  // Every element is described, not types and root fields alone.
  [rule('require-description')]: [
    'error',
    {
      types: true,
      rootField: true,
      DirectiveDefinition: true,
      FieldDefinition: true,
      InputValueDefinition: true,
      EnumValueDefinition: true,
    },
  ],
  // Sorted by name and nothing else, so that a difference between two versions is the difference; values of enums and
  // arguments stand in the order in which they are meant to be read, as grades and pages are.
  [rule('alphabetize')]: ['error', { fields: ['ObjectTypeDefinition', 'InterfaceTypeDefinition'] }],
  // Lists that are no connection are short and whole, as the grades of a framework; `nodes` stands beside `edges`.
  [rule('relay-edge-types')]: ['error', { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
};

const values = [
  'Agreement', 'AgreementBoundary', 'AgreementEdition', 'AgreementKey', 'AgreementUnderWay', 'AgreementMatrixCell', 'AgreementBases', 'AgreementPopulation', 'AgreementRow', 'MayWrite', 'MayWriteIn',
  'AuditSubjects', 'ClassObjective', 'ColleaguePlanning', 'CoreComparison', 'CoverageByTerm', 'CoverageCounts', 'CoverageRow', 'ExerciseSample', 'Interval', 'JudgementProgress', 'ModerationAgreement', 'NotComparable', 'NotPublished', 'ObjectiveChange', 'ObjectivePair', 'PageInfo', 'PlanTakeUp', 'PriorClass', 'PriorObjective', 'PublishedLimits', 'SchoolSample',
  'PublishedOutcomes', 'PublishedOverDispersion', 'PublishedPopulation', 'PublishedRow', 'PublishedShare',
  'PublishedYear', 'PupilGroup', 'UserError', 'ViewerInfo', 'WinsorisedAt', 'Withheld',
];

// Single elements that a rule is not for: a pattern of the message, and why.
const exceptions = [
  {
    rule: rule('require-description'),
    message: /in directive "(cost|listSize)"$/,
    why: 'They are described in the schema; async-graphql writes the arguments of a directive without their descriptions.',
  },
  {
    rule: rule('alphabetize'),
    message: /^field "plans" should be before field "planSteps"/,
    why: 'The schema is sorted by its letters as they are, in which an upper-case one comes first; the rule does not tell them apart.',
  },
  {
    rule: rule('strict-id-in-types'),
    message: /^type "\w+(Connection|Edge|Payload)" /,
    why: 'Parts of a page and of the answer to a mutation have no identity.',
  },
  {
    rule: rule('strict-id-in-types'),
    message: new RegExp(`^type "(${values.join('|')})" `),
    why: 'Values: they are what they hold, and are not found again by an id.',
  },
  {
    rule: rule('alphabetize'),
    message: /^field "sampledWorks" should be before field "samplePercent"$/,
    why: 'Sorted by letter, capitals first; the rule takes capitals for small letters.',
  },
];

const all = { ...plugin.configs['flat/schema-all'].rules, ...plugin.configs['flat/schema-relay'].rules };
const rules = { ...all, ...set, ...Object.fromEntries(Object.keys(switchedOff).map((name) => [name, 'off'])) };
const unknown = [...Object.keys(switchedOff), ...Object.keys(set)].filter((name) => !(name in all));

const lint = new ESLint({
  cwd: process.cwd(),
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.graphql'],
      languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema } } },
      plugins: { '@graphql-eslint': plugin },
      rules,
    },
  ],
});
const [result] = await lint.lintText(readFileSync(schema, 'utf8'), { filePath: 'schema.graphql' });
const found = [];
for (const { ruleId, line, message } of result.messages) {
  const exception = exceptions.find((each) => each.rule === ruleId && each.message.test(message.split('\n')[0]));
  if (exception) exception.used = true;
  else found.push(`${ruleId ?? 'eslint'} at line ${line}: ${message}`);
}

// The validator (Field Selection Merging) refuses a document that asks for such a field of two of the types without an
// alias, and nobody who writes one knows beforehand: so scalars and enums are the same, and whatever has fields of its
// own is a list or not, and null or not, alike. An appointment, a grant and a curriculum with its parts may be of a school and may not: what else
// names a school, a class or a subject always has it, and every client profits from knowing that.
const mayBeNowhere = ['Appointment', 'AccessGrant', 'Curriculum', 'CurriculumVersion', 'Objective'];
// Of a few types a single field: a step of a plan may be of a class and may not, what was taught of a plan; and a step has kinds of its own.
const fieldsApart = ['PlanStep.class', 'PlanStep.kind', 'TaughtObjective.plan'];
const types = buildSchema(readFileSync(schema, 'utf8'));
for (const abstract of Object.values(types.getTypeMap()).filter(isAbstractType)) {
  const shapes = {};
  for (const object of types.getPossibleTypes(abstract).filter(({ name }) => !mayBeNowhere.includes(name))) {
    for (const { name, type } of Object.values(object.getFields())) {
      if (fieldsApart.includes(`${object.name}.${name}`)) continue;
      const named = getNamedType(type);
      const shape = isLeafType(named) ? String(type) : String(type).replace(named.name, '{ … }');
      ((shapes[name] ??= {})[shape] ??= []).push(object.name);
    }
  }
  for (const [name, kinds] of Object.entries(shapes).filter(([, kinds]) => Object.keys(kinds).length > 1)) {
    const told = Object.entries(kinds).map(([shape, of]) => `${shape} in ${of.join(', ')}`);
    found.push(`one-shape: \`${name}\` has several in the types of \`${abstract.name}\`: ${told.join('; ')}`);
  }
}
const unused = exceptions.filter((each) => !each.used).map((each) => `${each.rule} ${each.message}`);
console.log(JSON.stringify({ rules: Object.keys(all).length - Object.keys(switchedOff).length + 1, found, unused, unknown }));
