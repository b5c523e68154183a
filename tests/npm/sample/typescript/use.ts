// A front end's code on the types that are made from the SDL: it must compile, strictly.
import type { AgreementQuery, AgreementQueryVariables, PageQuery, RenameMutation } from './made';

export const asked: AgreementQueryVariables = {
  exercises: { subject: 'writing', academicYear: 2025, window: 'SUMMER' },
};

/** One line for each school: its exact agreement with its interval, or why there is none. */
export function lines(answer: AgreementQuery): string[] {
  return answer.moderationAgreement.rows.map(({ key, result }) => {
    const school = key.school?.name ?? 'a school';
    switch (result.__typename) {
      case 'Agreement':
        return result.exact
          ? `${school}: ${result.exact.estimate.toFixed(2)} (${result.exact.low?.toFixed(2)} to ${result.exact.high?.toFixed(2)})`
          : school;
      case 'Withheld':
        return `${school}: withheld (${result.reason})`;
      case 'NotComparable':
        return `${school}: not comparable`;
    }
  });
}

/** The cursor to read on from; none at the end. */
export function next({ schools: { pageInfo } }: PageQuery): string | null {
  return pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
}

/** What to tell whoever renamed a class. */
export function told({ updateClass }: RenameMutation): string {
  const [error] = updateClass.userErrors;
  return error ? `${error.field?.join('.') ?? ''} ${error.message}` : `Now ${updateClass.class?.name}.`;
}
