// The token stays in this tab: sessionStorage, sent as a bearer token, never in an address. So do the documents that are open.
(() => {
  // A document for each role. A tab opens with each, those of whoever signs in first. `"… ID"` becomes the id of the first one that
  // they see.
  const documents = [
    {
      as: "trust analyst",
      text: `# How far do schools agree when their writing judgements are made a second
# time, blind?
query Agreement {
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
`,
    },
    {
      as: "trust lead",
      text: `# Which exercises are there, how far have they come, and who leads the schools?
query Trust {
  moderationExercises(first: 10) {
    nodes { title state subject { name } window { term academicYear { year } } version }
  }
  appointments(first: 20, filter: { role: { eq: SENIOR_LEADER } }) {
    nodes { school { name } staffMember { givenName familyName email } startsOn }
  }
}
`,
    },
    {
      as: "senior leader",
      text: `# Who of our pupils is still to be judged, class by class?
query Missing {
  judgementProgress(windowId: "ASSESSMENT WINDOW ID", subjectId: "SUBJECT ID") {
    class { name }
    pupils
    judged
    missing
  }
  assessmentWindows(first: 3, order: LATEST) { nodes { id term closesOn recordsUntil } }
  subjects { nodes { id name } }
}
`,
    },
    {
      as: "class teacher",
      text: `# Me, my classes and their registers.
query MyClasses {
  viewer {
    name
    appointments { role school { name } class { name } }
    classes { id name pupils(order: NAME, first: 40) { totalCount nodes { id givenName familyName } } }
    mayWrite { of }
  }
}
`,
    },
    {
      as: "phase leader",
      text: `# The latest judgements in my phase.
query Phase {
  judgements(first: 20, order: LATEST, filter: { isCurrent: { eq: true } }) {
    nodes { judgedOn class { name } subject { name } grade { code } }
  }
}
`,
    },
    {
      as: "subject leader",
      text: `# How my subject was judged, the latest first.
query Subject {
  judgements(first: 20, order: LATEST, filter: { isCurrent: { eq: true } }) {
    nodes { judgedOn yearGroup class { name } grade { code name } isLate }
  }
}
`,
    },
    {
      as: "SENCO",
      text: `# Pupils with special educational needs, and their provision year by year.
query Provision {
  pupils(order: NAME, first: 20) {
    nodes { givenName familyName characteristics(first: 2) { nodes { academicYear { year } sen } } }
  }
}
`,
    },
    {
      as: "moderator",
      text: `# The work that waits for me, by its codes.
query MyQueue {
  moderationExercises(filter: { state: { eq: JUDGING } }) {
    nodes { title subject { name } sampledWorks(first: 20) { totalCount nodes { id code yearGroup } } }
  }
}
`,
    },
    {
      as: "senior leader",
      text: `# Judgements as they are recorded: it goes on until it is stopped.
subscription Recorded {
  judgementRecorded(windowId: "ASSESSMENT WINDOW ID") {
    pupil { familyName }
    subject { name }
    grade { code }
    isLate
  }
}
`,
    },
  ];

  const storage = window.sessionStorage;
  const who = document.getElementById("who");
  const field = document.getElementById("token");
  field.value = storage.getItem("plumbline-token") || "";

  const asked = (request, options, accept) => {
    const token = storage.getItem("plumbline-token");
    const headers = { "content-type": "application/json", accept, ...(options?.headers || {}) };
    if (token) headers.authorization = `Bearer ${token}`;
    return fetch("/graphql", { method: "POST", headers, body: JSON.stringify(request) });
  };

  // The operation that is asked for, read in the text: for a moment after another tab is opened GraphiQL still names the operation of
  // the one before.
  const chosen = ({ query, operationName }) => {
    const heads = query.replaceAll(/#.*/g, "").matchAll(/^[ \t]*(query|mutation|subscription)\b[ \t]*(\w*)/gm);
    const operations = [...heads].map(([, kind, name]) => ({ kind, name: name || undefined }));
    return operations.find(({ name }) => name === operationName) ?? operations[0] ?? { kind: "query" };
  };

  // A subscription is answered as a stream of events: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
  async function* told(request, options) {
    const response = await asked(request, options, "text/event-stream");
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
      yield await response.json();
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    try {
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          const data = event.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim());
          if (event.startsWith("event: complete")) return;
          if (data.join("")) yield JSON.parse(data.join("\n"));
        }
      }
    } finally {
      reader.cancel();
    }
  }

  const fetcher = async (asking, options) => {
    const { kind, name } = chosen(asking);
    const request = { ...asking, operationName: name };
    if (kind === "subscription") return told(request, options);
    return (await asked(request, options, "application/graphql-response+json, application/json")).json();
  };

  // The documents with the ids of what this viewer sees, those of their own roles first.
  const tabs = async (roles) => {
    const query = `{
      window: assessmentWindows(first: 1, order: LATEST) { nodes { id } }
      subject: subjects(first: 1, filter: { code: { eq: "writing" } }) { nodes { id } }
      other: subjects(first: 1) { nodes { id } }
    }`;
    const { data } = await fetcher({ query });
    const ids = { "ASSESSMENT WINDOW ID": data?.window.nodes[0]?.id, "SUBJECT ID": (data?.subject.nodes[0] ?? data?.other.nodes[0])?.id };
    const own = ({ as }) => roles.includes(as.toUpperCase().replaceAll(" ", "_"));
    const named = (text) => text.replaceAll(/"([A-Z ]+ ID)"/g, (name, id) => JSON.stringify(ids[id] ?? id));
    const sorted = [...documents.filter(own), ...documents.filter((each) => !own(each))];
    return sorted.map(({ as, text }) => ({ query: `# As a ${as}.\n${named(text)}` }));
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
    const defaultTabs = await tabs(viewer.roles);
    root.render(React.createElement(GraphiQL, { key: shown, fetcher, storage, defaultTabs }));
  };

  document.getElementById("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    const token = field.value.trim();
    // Whoever signs in anew begins with the documents of their role; whoever loads the page again goes on where they were.
    if (token !== storage.getItem("plumbline-token")) storage.removeItem("graphiql:tabState");
    storage.setItem("plumbline-token", token);
    show();
  });
  show();
})();
