// A page of pupils that Relay reads on from, each shown by a part of its own.
import { graphql } from 'react-relay';

// as: class teacher
// with: { "first": 5 }
export const page = graphql`
  query pupilsPageQuery($first: Int!, $filter: PupilFilter) {
    ...pupilsList @arguments(first: $first, filter: $filter)
    viewer {
      roles
    }
  }
`;

// as: class teacher
// with: { "first": 5, "filter": { "familyName": { "startsWith": "A" } } }
export const list = graphql`
  fragment pupilsList on Query
  @refetchable(queryName: "pupilsListQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 25 }, after: { type: "String" }, filter: { type: "PupilFilter" }) {
    pupils(first: $first, after: $after, filter: $filter, order: NAME) @connection(key: "pupilsList_pupils") {
      totalCount
      edges {
        node {
          ...pupilsCard
        }
      }
    }
  }
`;

export const card = graphql`
  fragment pupilsCard on Pupil {
    givenName
    familyName
    judgements(first: 6) {
      nodes {
        judgedOn
        subject {
          name
        }
        grade {
          code
        }
      }
    }
  }
`;

// as: class teacher
// with: { "id": "PUPIL ID" }
export const again = graphql`
  fragment pupilsDetail on Pupil @refetchable(queryName: "pupilsDetailQuery") {
    characteristics(first: 3) {
      nodes {
        academicYear {
          year
        }
        sen
      }
    }
  }
`;

// as: senior leader
// with: { "input": { "frameworkId": "FRAMEWORK ID", "subjectId": "SUBJECT ID", "windowId": "ASSESSMENT WINDOW ID", "judgement": { "pupilId": "PUPIL ID", "gradeCode": "EXS" } } }
export const judge = graphql`
  mutation pupilsRecordJudgementMutation($input: RecordJudgementInput!) {
    recordJudgement(input: $input) {
      judgement {
        id
        grade {
          code
        }
        pupil {
          ...pupilsCard
        }
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;

// as: senior leader
// with: { "window": "ASSESSMENT WINDOW ID" }
export const recorded = graphql`
  subscription pupilsJudgementRecordedSubscription($window: ID!) {
    judgementRecorded(windowId: $window) {
      id
      pupil {
        ...pupilsCard
      }
    }
  }
`;
