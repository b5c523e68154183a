import graphql from '@graphql-eslint/eslint-plugin';
const { configs } = graphql;
export default [
  {
    files: ['**/*.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: './schema.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: { ...configs['flat/schema-all'].rules, ...configs['flat/schema-relay'].rules,
    '@graphql-eslint/require-description': ['error', { types: true, DirectiveDefinition: true, rootField: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true }],
    },
  },
];
