// An OpenID provider in a process of its own: whoever gives a name is signed in by it; `sun` is a supervisor, others are agents.
import Provider from "oidc-provider";
import { exportJWK, generateKeyPair } from "jose";

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = await generateKeyPair("ES256", { extractable: true });
const provider = new Provider(issuer, {
  clients: [{ client_id: "console", token_endpoint_auth_method: "none", redirect_uris: [callback], id_token_signed_response_alg: "ES256" }],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: "ES256" }] },
  claims: { openid: ["sub", "role", "teams"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, role: id === "sun" ? "supervisor" : "agent", teams: [] }) }),
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
