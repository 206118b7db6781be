/*
 * A real authorization server for t/token_oidc_provider.t: npm's
 * oidc-provider on loopback, with client credentials, introspection and
 * revocation.
 *
 *     node authserver.mjs MODULES-DIR PORT
 *
 * Beside its own endpoints (/token, /jwks, /token/introspection,
 * /token/revocation) it answers POST /test/rotate, after which a new key
 * signs and the old ones are still published, and POST /test/forget, after
 * which the old ones are not.  The resource that a token is asked for
 * decides its shape: urn:jwt or urn:opaque; urn:brief is a JWT that lives for
 * three seconds.
 */

import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [directory, port] = process.argv.slice(2);
const { resolve } = createRequire(`${directory}/`);
const load = (name) => import(pathToFileURL(resolve(name)));

const { generateKeyPairSync } = await import('node:crypto');

/* version 9 wants more than the node of Debian 12 */

const name = URL.parse ? 'oidc-provider' : 'oidc-provider-8';
const { default: Provider } = await load(name);

const issuer = `http://127.0.0.1:${port}`;

const scopes = ['user', 'system', 'patient'].flatMap((context) =>
    ['Binary', 'DocumentReference', 'DiagnosticReport'].flatMap((type) =>
        ['read', 'rs'].map((right) => `${context}/${type}.${right}`)));

const resources = {
    'urn:jwt': { accessTokenFormat: 'jwt', accessTokenTTL: 300 },
    'urn:brief': { accessTokenFormat: 'jwt', accessTokenTTL: 3 },
    'urn:opaque': { accessTokenFormat: 'opaque', accessTokenTTL: 300 },
};

const client = (client_id, more) => ({
    client_id, client_secret: `${client_id}-secret`, redirect_uris: [],
    response_types: [], grant_types: ['client_credentials'], ...more,
});


/* keys: the first of an algorithm signs */

let made = 0;

function newKey() {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

    return { ...privateKey.export({ format: 'jwk' }), kid: `key-${++made}`,
             alg: 'ES256', use: 'sig' };
}

/* the provider wants one of these for its own use */

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsa = { ...privateKey.export({ format: 'jwk' }), kid: 'rsa',
              alg: 'RS256', use: 'sig' };

let keys = [newKey()];


/* what was issued outlives the provider that issued it, whose keys change */

const kept = new Map();

class Store {
    constructor(model) {
        this.at = (id) => `${model} ${id}`;
    }

    async upsert(id, payload) { kept.set(this.at(id), payload); }
    async find(id) { return kept.get(this.at(id)); }
    async destroy(id) { kept.delete(this.at(id)); }
    async revokeByGrantId() {}
    async consume() {}
    async findByUid() {}
    async findByUserCode() {}
}


function provider() {
    return new Provider(issuer, {
        adapter: Store,
        jwks: { keys: [...keys, rsa] },
        scopes,
        clients: [client('reader', { scope: scopes.join(' ') }),
                  client('gateway')],
        features: {
            devInteractions: { enabled: false },
            clientCredentials: { enabled: true },
            introspection: { enabled: true, allowedPolicy: () => true },
            revocation: { enabled: true },
            resourceIndicators: {
                enabled: true,
                getResourceServerInfo: (ctx, name) => ({
                    scope: scopes.join(' '), audience: name,
                    jwt: { sign: { alg: 'ES256' } }, ...resources[name],
                }),
            },
        },
        extraTokenClaims: (ctx) => ctx.oidc.body?.patient
            && { patient: ctx.oidc.body.patient },
    }).callback();
}


let answer = provider();

createServer((request, response) => {
    const order = request.method === 'POST'
        && /^\/test\/(rotate|forget)$/.exec(request.url);

    if (!order) {
        return answer(request, response);
    }

    keys = (order[1] === 'rotate') ? [newKey(), ...keys] : keys.slice(0, 1);
    answer = provider();

    return response.end(keys.map((key) => key.kid).join(' '));

}).listen(port, '127.0.0.1', () => console.log(name));
