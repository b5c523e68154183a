// The token stays in this tab: sessionStorage, sent as a bearer token, never in an address.
(() => {
  const starter = `# Paste a token above, then run this: how far do schools agree when their
# writing judgements are made a second time, blind?
{
  moderationAgreement(
    where: { subject: "writing", academicYear: 2025, window: SUMMER }
    by: [SCHOOL]
  ) {
    population { pupils schools sampled moderated }
    rows {
      key { school { name } }
      result {
        __typename
        ... on Agreement {
          n
          exact { estimate low high }
          weightedKappa { estimate low high }
          shift { estimate low high }
        }
        ... on Withheld { reason }
        ... on NotComparable { reason }
      }
    }
  }
}
`;
  const storage = window.sessionStorage;
  const who = document.getElementById("who");
  const field = document.getElementById("token");
  field.value = storage.getItem("plumbline-token") || "";

  const fetcher = async (request, options) => {
    const token = storage.getItem("plumbline-token");
    const headers = { "content-type": "application/json", ...(options?.headers || {}) };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(request) });
    return response.json();
  };

  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  let shown = 0;
  const show = async () => {
    // A new key makes GraphiQL read the schema again, as whoever the token says.
    shown += 1;
    root.render(React.createElement(GraphiQL, { key: shown, fetcher, defaultQuery: starter }));
    if (!storage.getItem("plumbline-token")) return;
    const answer = await fetcher({ query: "{ viewer { name roles } }" });
    const viewer = answer.data?.viewer;
    who.textContent = viewer ? `${viewer.name} (${viewer.roles.join(", ")})` : answer.errors?.[0]?.message || "";
  };

  document.getElementById("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    storage.setItem("plumbline-token", field.value.trim());
    show();
  });
  show();
})();
