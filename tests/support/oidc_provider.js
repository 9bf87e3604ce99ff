/* Real OpenID Connect provider for tests: `oidc-provider`, whose clients, people and keys a test sets by POST /test/configure. */

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const packages = process.argv[2];
const { default: Provider } = await import(pathToFileURL(`${packages}/oidc-provider/lib/index.js`).href);
let handle;
let people = {};
let issuer = "";

const server = createServer(async (request, response) => {
  if (request.url === "/test/configure") {
    configure(JSON.parse(await bodyOf(request)));
    response.writeHead(204).end();
  } else if (request.url === "/test/people") {
    people = JSON.parse(await bodyOf(request));
    response.writeHead(204).end();
  } else if (handle) {
    handle(request, response);
  } else {
    response.writeHead(503).end();
  }
});

function configure({ client, keys }) {
  const provider = new Provider(issuer, {
    clients: [client],
    jwks: { keys },
    cookies: { keys: ["a key of a test"] },
    claims: { openid: ["sub", "groups"], profile: ["name"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 86400, IdToken: 3600, Interaction: 3600, RefreshToken: 86400, Session: 86400 },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options), // the usual one refuses this machine
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  });
  provider.on("server_error", (_, error) => process.stderr.write(`${error.stack}\n`));
  provider.on("backchannel.error", (_, error) => process.stderr.write(`${error.stack}\n`));
  handle = provider.callback();
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

server.listen(0, "127.0.0.1", () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${issuer}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume(); // ends with the test
