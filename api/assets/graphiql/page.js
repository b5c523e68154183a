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
  const hint = (text) => root.render(React.createElement("p", { className: "hint", role: "status" }, text));
  let shown = 0;
  const show = async () => {
    who.textContent = "";
    // Without a token every question is refused, GraphiQL's own about the schema too: so it waits for one.
    if (!storage.getItem("plumbline-token")) {
      hint("Paste a token above and press “Use it”. `plumbline demo` prints one for each role, and `plumbline token --as` one for a member of staff.");
      return;
    }
    const answer = await fetcher({ query: "{ viewer { name roles } }" });
    const viewer = answer.data?.viewer;
    if (!viewer) {
      hint(`This token is not accepted: ${answer.errors?.[0]?.message || "there is no answer"}`);
      return;
    }
    who.textContent = `${viewer.name} (${viewer.roles.join(", ")})`;
    // A new key makes GraphiQL read the schema again, as whoever the token says.
    shown += 1;
    root.render(React.createElement(GraphiQL, { key: shown, fetcher, defaultQuery: starter }));
  };

  document.getElementById("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    storage.setItem("plumbline-token", field.value.trim());
    show();
  });
  show();
})();
