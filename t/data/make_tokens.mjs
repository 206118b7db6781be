/*
 * Makes t/data/jose/: key sets and tokens with the expected verdict.
 *
 *     npm install jose && node t/data/make_tokens.mjs t/data/jose
 *
 * The keys are new at each run and their private halves are forgotten; the
 * dates are fixed: now is 1700000000.  The tokens that jose cannot make,
 * because they break a rule, are put together by hand with node's crypto.
 */

import { writeFileSync } from 'node:fs';
import { createHmac, createPublicKey, constants, sign as sign0 }
    from 'node:crypto';
import * as jose from 'jose';


const dir = process.argv[2];
const now = 1700000000;
const iss = 'https://ehr.example.org/auth';
const aud = 'https://fhir.example.org/r4';

const b64 = (s) => Buffer.from(s).toString('base64url');
const lines = [];


/* the keys: one for each algorithm, and some for trouble */

const keys = {};

const make = async (name, alg, options, members) => {
    const pair = await jose.generateKeyPair(alg,
        { extractable: true, ...options });
    const pub = await jose.exportJWK(pair.publicKey);
    const node = createPublicKey({ key: pub, format: 'jwk' });

    keys[name] = { alg, name, pub: { ...pub, kid: name, ...members },
                   private: pair.privateKey, node,
                   pem: node.export({ type: 'spki', format: 'pem' }),
                   secret: await jose.exportJWK(pair.privateKey) };
};

const algs = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512',
              'ES256', 'ES384', 'ES512', 'EdDSA'];

for (const alg of algs) {
    await make(alg.toLowerCase(), alg, {}, { alg, use: 'sig' });
}

await make('any-rsa', 'RS256', {}, {});
await make('any-ec', 'ES256', {}, {});
await make('encryption', 'RS256', {}, { use: 'enc' });
await make('operations', 'ES256', {}, { key_ops: ['encrypt'] });
await make('stranger', 'RS256', {}, {});
await make('stranger-ec', 'ES256', {}, {});
await make('alone', 'ES256', {}, {});

const { generateKeyPairSync } = await import('node:crypto');
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
keys.small = { alg: 'RS256', name: 'small', private: small.privateKey,
               pub: { ...small.publicKey.export({ format: 'jwk' }),
                      kid: 'small' } };

const inside = Object.values(keys).map((k) => k.name)
    .filter((n) => !n.startsWith('stranger') && n !== 'alone');

const set = (...names) => ({ keys: names.map((n) => keys[n].pub) });

const unnamed = { ...keys.alone.pub };
delete unnamed.kid;

writeFileSync(`${dir}/main.jwks.json`,
    JSON.stringify(set(...inside), null, 1) + '\n');
writeFileSync(`${dir}/alone.jwks.json`,
    JSON.stringify({ keys: [unnamed] }, null, 1) + '\n');


/* a line: id, verdict, and what the check needs to know */

const row = (id, verdict, token, more = {}) =>
    lines.push(JSON.stringify({ id, verdict, ...more, token }));

const claims = (more = {}) => {
    const all = { iss, aud, sub: 'user-1', client_id: 'app-1',
                  iat: now - 60, exp: now + 3600, jti: 'jti-1',
                  scope: 'patient/Binary.read launch/patient',
                  patient: '12724066', ...more };

    for (const k of Object.keys(all)) {
        if (all[k] === undefined) {
            delete all[k];
        }
    }

    return all;
};

const head = (name, more = {}) => {
    const all = { alg: keys[name].alg, kid: name, typ: 'at+jwt', ...more };

    for (const k of Object.keys(all)) {
        if (all[k] === undefined) {
            delete all[k];
        }
    }

    return all;
};

const signed = async (name, payload = claims(), header = head(name)) =>
    new jose.CompactSign(Buffer.from(typeof payload === 'string'
                                     ? payload : JSON.stringify(payload)))
        .setProtectedHeader(header).sign(keys[name].private);

/* any header and any payload, as text or bytes, truly signed with ES256 */

const forge = async (header, payload = claims(), name = 'es256') => {
    const input = b64(typeof header === 'string' || Buffer.isBuffer(header)
                      ? header : JSON.stringify(header))
                  + '.' + b64(typeof payload === 'string'
                              || Buffer.isBuffer(payload)
                              ? payload : JSON.stringify(payload));
    return `${input}.${rawSign(name, input)}`;
};

const kobj = async (name) => {
    const { createPrivateKey } = await import('node:crypto');
    return createPrivateKey({ key: keys[name].secret, format: 'jwk' });
};

const nodeKeys = {};
for (const n of ['es256', 'es384', 'rs256', 'ps256', 'any-rsa', 'any-ec',
                 'stranger', 'stranger-ec', 'encryption', 'operations',
                 'alone'])
{
    nodeKeys[n] = await kobj(n);
}

function rawSign(name, input) {
    const alg = keys[name].alg;
    const hash = 'sha' + alg.slice(2);

    return sign0(hash, Buffer.from(input),
        alg.startsWith('ES')
            ? { key: nodeKeys[name], dsaEncoding: 'ieee-p1363' }
            : alg.startsWith('PS')
            ? { key: nodeKeys[name], padding: constants.RSA_PKCS1_PSS_PADDING,
                saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
            : nodeKeys[name])
        .toString('base64url');
}

const bad = (id, token, more) => row(id, 'invalid', token, more);
const parts = (t) => t.split('.');


/* valid: each algorithm, each profile, each form of typ */

for (const alg of algs) {
    row(`${alg}_is_accepted`, 'ok', await signed(alg.toLowerCase()));
}

const good = await signed('es256');
const goodRsa = await signed('rs256');

row('a_key_without_alg_verifies_RS256', 'ok', await signed('any-rsa'));
row('a_key_without_alg_verifies_PS384', 'ok',
    await new jose.CompactSign(Buffer.from(JSON.stringify(claims())))
        .setProtectedHeader({ alg: 'PS384', kid: 'any-rsa', typ: 'at+jwt' })
        .sign(await jose.importJWK(keys['any-rsa'].secret, 'PS384')));
row('no_kid_and_one_candidate_is_accepted', 'ok',
    await signed('alone', claims(), head('alone', { kid: undefined })),
    { set: 'alone' });
bad('no_kid_and_two_candidates_is_refused',
    await signed('es256', claims(), head('es256', { kid: undefined })));
row('an_audience_among_several_is_accepted', 'ok',
    await signed('es256', claims({ aud: ['https://a.example', aud] })));
row('typ_JWT_is_accepted_by_smart', 'ok',
    await signed('es256', claims(), head('es256', { typ: 'JWT' })));
row('no_typ_is_accepted_by_smart', 'ok',
    await signed('es256', claims(), head('es256', { typ: undefined })));
row('typ_application_at_jwt_in_any_case_is_accepted', 'ok',
    await signed('es256', claims(),
                 head('es256', { typ: 'Application/AT+jwt' })),
    { profile: 'rfc9068' });
row('rfc9068_is_accepted', 'ok', good, { profile: 'rfc9068' });
row('a_fraction_of_a_second_is_accepted', 'ok',
    await forge(head('es256'),
                JSON.stringify(claims()).replace(`${now + 3600}`,
                                                 `${now + 3600}.25`)));


/* what must be refused: RFC 8725 s.3, RFC 7515, RFC 9068 s.4 */

for (const alg of ['none', 'None', 'nOnE', '']) {
    const t = `${b64(JSON.stringify(head('es256', { alg })))}.`
              + `${b64(JSON.stringify(claims()))}.`;
    const id = alg === '' ? 'empty' : alg;

    bad(`alg_${id}_without_signature_is_refused`, t);
    bad(`alg_${id}_with_a_signature_is_refused`, t + parts(good)[2]);
}

row('a_missing_alg_makes_it_no_jwt', 'opaque',
    await forge({ kid: 'es256', typ: 'at+jwt' }));
bad('alg_as_a_number_is_refused', await forge(head('es256', { alg: 256 })));
bad('alg_as_null_is_refused', await forge(head('es256', { alg: null })));
bad('alg_in_lower_case_is_refused',
    await forge(head('es256', { alg: 'es256' })));

{
    const input = b64(JSON.stringify(head('rs256', { alg: 'HS256' }))) + '.'
                  + b64(JSON.stringify(claims()));

    bad('HS256_with_the_public_key_in_PEM_as_secret_is_refused',
        input + '.' + createHmac('sha256', keys.rs256.pem).update(input)
                      .digest('base64url'));
    bad('HS256_with_the_modulus_as_secret_is_refused',
        input + '.' + createHmac('sha256',
                                 Buffer.from(keys.rs256.pub.n, 'base64url'))
                      .update(input).digest('base64url'));
}

bad('RS256_named_with_an_EC_key_is_refused',
    await signed('stranger', claims(), head('stranger', { kid: 'es256' })));
bad('ES256_named_with_an_RSA_key_is_refused',
    await signed('es256', claims(), head('es256', { kid: 'rs256' })));
bad('ES256_named_with_an_RSA_key_without_alg_is_refused',
    await signed('es256', claims(), head('es256', { kid: 'any-rsa' })));
bad('ES384_named_with_a_P_256_key_is_refused',
    await forge(head('es384', { kid: 'any-ec' }), claims(), 'es384'));
bad('alg_not_in_the_list_is_refused', goodRsa, { algs: ['ES256'] });
bad('RS512_is_not_in_the_default_list', await signed('rs512'),
    { algs: 'default' });
bad('EdDSA_is_not_in_the_default_list', await signed('eddsa'),
    { algs: 'default' });

{
    const [h, p, s] = parts(good);
    const raw = Buffer.from(s, 'base64url');
    const n = Buffer.from('ffffffff00000000ffffffffffffffff'
                          + 'bce6faada7179e84f3b9cac2fc632551', 'hex');
    const der = sign0('sha256', Buffer.from(`${h}.${p}`),
                      nodeKeys.es256);
    const put = (b) => `${h}.${p}.${b.toString('base64url')}`;

    bad('an_ES256_signature_in_DER_is_refused', put(der));
    bad('an_ES256_signature_of_63_bytes_is_refused', put(raw.subarray(0, 63)));
    bad('an_ES256_signature_of_65_bytes_is_refused',
        put(Buffer.concat([raw, Buffer.alloc(1)])));
    bad('an_ES256_signature_with_a_byte_in_front_is_refused',
        put(Buffer.concat([Buffer.alloc(1), raw])));
    bad('an_ES256_signature_of_zeros_is_refused', put(Buffer.alloc(64)));
    bad('an_ES256_signature_with_r_of_zero_is_refused',
        put(Buffer.concat([Buffer.alloc(32), raw.subarray(32)])));
    bad('an_ES256_signature_with_s_of_zero_is_refused',
        put(Buffer.concat([raw.subarray(0, 32), Buffer.alloc(32)])));
    bad('an_ES256_signature_with_r_of_n_is_refused',
        put(Buffer.concat([n, raw.subarray(32)])));
    bad('an_ES256_signature_with_s_of_n_is_refused',
        put(Buffer.concat([raw.subarray(0, 32), n])));
    bad('an_ES256_signature_with_r_beyond_n_is_refused',
        put(Buffer.concat([Buffer.alloc(32, 0xff), raw.subarray(32)])));
}

{
    const input = b64(JSON.stringify(head('small'))) + '.'
                  + b64(JSON.stringify(claims()));

    row('a_key_of_1024_bits_is_not_there', 'again',
        input + '.' + sign0('sha256', Buffer.from(input), small.privateKey)
                      .toString('base64url'));
}

for (const salt of [0, 20, 31, 33, 48]) {
    const input = b64(JSON.stringify(head('ps256'))) + '.'
                  + b64(JSON.stringify(claims()));

    bad(`a_PS256_salt_of_${salt}_bytes_is_refused`,
        input + '.' + sign0('sha256', Buffer.from(input),
                            { key: nodeKeys.ps256,
                              padding: constants.RSA_PKCS1_PSS_PADDING,
                              saltLength: salt }).toString('base64url'));
}

{
    const input = b64(JSON.stringify(head('any-rsa', { alg: 'PS256' }))) + '.'
                  + b64(JSON.stringify(claims()));

    bad('a_PKCS1_signature_called_PS256_is_refused',
        input + '.' + sign0('sha256', Buffer.from(input),
                            nodeKeys['any-rsa']).toString('base64url'));
}

for (const [name, token] of [['ES256', good], ['RS256', goodRsa],
                             ['EdDSA', await signed('eddsa')]])
{
    const flip = (i, at) => {
        const p = parts(token);
        const raw = Buffer.from(p[i], 'base64url');

        raw[at < 0 ? raw.length + at : at] ^= 1;
        p[i] = raw.toString('base64url');
        return p.join('.');
    };

    row(`a_bit_of_the_kid_flipped_in_${name}_is_unknown`, 'again', (() => {
        const p = parts(token);
        const h = Buffer.from(p[0], 'base64url').toString();
        p[0] = b64(h.replace(/("kid":")(.)/,
            (m, a, c) => a + String.fromCharCode(c.charCodeAt(0) ^ 1)));
        return p.join('.');
    })());
    bad(`a_bit_flipped_in_the_payload_of_${name}_is_refused`, (() => {
        const p = parts(token);
        const c = Buffer.from(p[1], 'base64url').toString();
        p[1] = b64(c.replace('12724066', '12724067'));
        return p.join('.');
    })());
    bad(`the_first_bit_flipped_in_the_signature_of_${name}_is_refused`,
        flip(2, 0));
    bad(`the_last_bit_flipped_in_the_signature_of_${name}_is_refused`,
        flip(2, -1));
}

bad('a_changed_typ_in_the_header_is_refused', (() => {
    const p = parts(good);
    p[0] = b64(Buffer.from(p[0], 'base64url').toString()
               .replace('at+jwt', 'AT+jwt'));
    return p.join('.');
})());
bad('the_signature_of_another_token_is_refused',
    [...parts(good).slice(0, 2),
     parts(await signed('es256', claims({ sub: 'user-2' })))[2]].join('.'));
bad('an_empty_signature_is_refused', parts(good).slice(0, 2).join('.') + '.');
bad('two_parts_are_refused', parts(good).slice(0, 2).join('.'));
row('one_part_is_no_jwt', 'opaque', parts(good)[0]);
bad('four_parts_are_refused', good + '.AAAA');
bad('four_parts_with_an_empty_one_are_refused', good + '.');
row('an_empty_header_is_no_jwt', 'opaque', '.' + parts(good)[1] + '.'
    + parts(good)[2]);
bad('an_empty_payload_is_refused', await forge(head('es256'), ''));
bad('a_JWE_is_refused',
    await new jose.CompactEncrypt(Buffer.from(JSON.stringify(claims())))
        .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM',
                              kid: 'encryption' })
        .encrypt(await jose.importJWK(keys.encryption.pub, 'RSA-OAEP-256')));
bad('an_encrypted_header_in_three_parts_is_refused',
    await forge(head('es256', { enc: 'A256GCM' })));

{
    /* a payload whose base64url would end in "=" */
    let c = JSON.stringify(claims());

    while (c.length % 3 !== 1) {
        c += ' ';
    }

    const [h, p, s] = parts(await forge(head('es256'), c));

    bad('padding_of_the_payload_is_refused', `${h}.${p}==.${s}`);
    bad('padding_of_the_signature_is_refused', `${h}.${p}.${s}==`);
    row('padding_of_the_header_is_no_jwt', 'opaque', `${h}=.${p}.${s}`);

    const input = `${h}.${p}==`;
    bad('padding_that_is_signed_is_refused',
        `${input}.${rawSign('es256', input)}`);

    const next = (x) => {
        const a = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
                  + '0123456789-_';
        return x.slice(0, -1) + a[a.indexOf(x.at(-1)) ^ 1];
    };

    bad('spare_bits_in_the_payload_are_refused', `${h}.${next(p)}.${s}`);
    bad('spare_bits_in_the_signature_are_refused', `${h}.${p}.${next(s)}`);
    bad('spare_bits_that_are_signed_are_refused',
        `${h}.${next(p)}.${rawSign('es256', h + '.' + next(p))}`);

    for (const [name, c2] of [['space', ' '], ['newline', '\n'],
                              ['nul', '\u0000'], ['tab', '\t'],
                              ['question_mark', '?']])
    {
        bad(`a_${name}_in_the_payload_is_refused`,
            `${h}.${p.slice(0, 4)}${c2}${p.slice(4)}.${s}`);
        bad(`a_${name}_in_the_signature_is_refused`,
            `${h}.${p}.${s.slice(0, 4)}${c2}${s.slice(4)}`);
        bad(`a_${name}_behind_the_token_is_refused`, `${h}.${p}.${s}${c2}`);
    }
}

{
    let t;

    for (let i = 0; ; i++) {
        t = await signed('es256', claims({ jti: `jti-${i}-\u00ff\u00fe??>>` }));
        if (/[-_]/.test(parts(t)[2]) && /-/.test(t) && /_/.test(t)) {
            break;
        }
    }

    bad('the_characters_of_standard_base64_are_refused',
        [parts(t)[0], parts(t)[1],
         parts(t)[2].replace(/-/g, '+').replace(/_/g, '/')].join('.'));
}

row('a_header_that_is_an_array_is_no_jwt', 'opaque',
    await forge('["ES256"]'));
row('a_header_that_is_a_string_is_no_jwt', 'opaque', await forge('"ES256"'));
row('a_duplicate_alg_is_no_jwt', 'opaque',
    await forge('{"alg":"ES256","alg":"ES256","kid":"es256"}'));
row('a_duplicate_kid_is_no_jwt', 'opaque',
    await forge('{"alg":"ES256","kid":"es256","kid":"es256"}'));
row('a_duplicate_alg_by_an_escape_is_no_jwt', 'opaque',
    await forge('{"alg":"ES256","\\u0061lg":"none","kid":"es256"}'));
row('bytes_behind_the_header_are_no_jwt', 'opaque',
    await forge(JSON.stringify(head('es256')) + '{}'));
row('invalid_utf8_in_the_header_is_no_jwt', 'opaque',
    await forge(Buffer.concat([Buffer.from('{"alg":"ES256","kid":"es256","x":"'),
                               Buffer.from([0xc0, 0x80]),
                               Buffer.from('"}')])));
row('a_deep_header_is_no_jwt', 'opaque',
    await forge('{"alg":"ES256","kid":"es256","x":' + '['.repeat(300)
                + ']'.repeat(300) + '}'));
bad('invalid_utf8_in_the_payload_is_refused',
    await forge(head('es256'),
                Buffer.concat([Buffer.from(JSON.stringify(claims())
                                           .slice(0, -1) + ',"x":"'),
                               Buffer.from([0xed, 0xa0, 0x80]),
                               Buffer.from('"}')])));
bad('half_a_surrogate_pair_in_the_payload_is_refused',
    await forge(head('es256'),
                JSON.stringify(claims()).slice(0, -1) + ',"x":"\\ud800"}'));
bad('a_deep_payload_is_refused',
    await forge(head('es256'), JSON.stringify(claims()).slice(0, -1)
                + ',"x":' + '['.repeat(300) + ']'.repeat(300) + '}'));
bad('a_payload_that_is_an_array_is_refused',
    await forge(head('es256'), JSON.stringify([claims()])));
bad('bytes_behind_the_payload_are_refused',
    await forge(head('es256'), JSON.stringify(claims()) + '{}'));

bad('crit_with_a_known_claim_is_refused',
    await forge(head('es256', { crit: ['exp'], exp: now + 60 })));
bad('crit_with_an_unknown_name_is_refused',
    await forge(head('es256', { crit: ['x-y'], 'x-y': 1 })));
bad('an_empty_crit_is_refused', await forge(head('es256', { crit: [] })));
bad('b64_of_false_is_refused',
    await forge(head('es256', { b64: false, crit: ['b64'] })));
bad('b64_of_false_without_crit_is_refused',
    await forge(head('es256', { b64: false })));
bad('b64_of_true_is_refused', await forge(head('es256', { b64: true })));
bad('zip_is_refused', await forge(head('es256', { zip: 'DEF' })));

bad('an_embedded_jwk_that_verifies_is_refused',
    await forge(head('stranger-ec', { kid: 'es256',
                                      jwk: keys['stranger-ec'].pub }),
                claims(), 'stranger-ec'));
row('an_embedded_jwk_is_not_looked_at', 'ok',
    await forge(head('es256', { jwk: keys['stranger-ec'].pub })));
bad('a_jku_of_the_attacker_is_refused',
    await forge(head('stranger-ec', { kid: 'es256',
                                      jku: 'https://evil.example/jwks' }),
                claims(), 'stranger-ec'));
bad('an_x5u_of_the_attacker_is_refused',
    await forge(head('stranger-ec', { kid: 'es256',
                                      x5u: 'https://evil.example/x5u' }),
                claims(), 'stranger-ec'));
row('a_kid_that_is_a_path_is_unknown', 'again',
    await forge(head('es256', { kid: '../../etc/passwd' })));
row('a_kid_with_an_sql_quote_is_unknown', 'again',
    await forge(head('es256', { kid: "es256' OR '1'='1" })));
row('an_empty_kid_is_unknown', 'again',
    await forge(head('es256', { kid: '' })));
row('a_kid_with_a_nul_behind_is_unknown', 'again',
    await forge(head('es256', { kid: 'es256\u0000' })));
row('a_kid_in_another_case_is_unknown', 'again',
    await forge(head('es256', { kid: 'ES256' })));
bad('a_kid_of_10_KiB_is_refused',
    await forge(head('es256', { kid: 'k'.repeat(10240) })));
bad('a_kid_that_is_a_number_is_refused',
    await forge(head('es256', { kid: 256 })));
bad('a_kid_that_is_null_is_refused',
    await forge(head('es256', { kid: null })));
row('an_unknown_kid_is_told_from_a_bad_token', 'again',
    await signed('stranger'));
bad('an_unknown_kid_in_an_expired_token_of_another_issuer_is_refused',
    await signed('stranger', claims({ iss: 'https://evil.example' })));
bad('the_key_of_a_stranger_under_a_known_kid_is_refused',
    await signed('stranger', claims(), head('stranger', { kid: 'rs256' })));
row('a_key_for_encryption_is_not_there', 'again', await signed('encryption'));
row('a_key_with_other_key_ops_is_not_there', 'again',
    await signed('operations'));
bad('a_JWK_with_another_alg_is_refused',
    await new jose.CompactSign(Buffer.from(JSON.stringify(claims())))
        .setProtectedHeader({ alg: 'PS256', kid: 'rs256', typ: 'at+jwt' })
        .sign(await jose.importJWK(keys.rs256.secret, 'PS256')));

const refuse = async (id, more, extra) =>
    bad(id, await signed('es256', claims(more)), extra);

await refuse('a_missing_iss_is_refused', { iss: undefined });
await refuse('a_prefix_of_the_iss_is_refused', { iss: iss.slice(0, -1) });
await refuse('an_iss_with_a_suffix_is_refused', { iss: iss + 'x' });
await refuse('an_iss_with_a_slash_behind_is_refused', { iss: iss + '/' });
await refuse('an_iss_in_another_case_is_refused', { iss: iss.toUpperCase() });
await refuse('an_iss_with_a_nul_behind_is_refused', { iss: iss + '\u0000' });
await refuse('an_iss_that_is_an_array_is_refused', { iss: [iss] });
await refuse('a_missing_aud_is_refused', { aud: undefined });
await refuse('another_aud_is_refused', { aud: 'https://other.example' });
await refuse('a_part_of_the_aud_is_refused', { aud: aud.slice(0, -1) });
await refuse('an_aud_around_ours_is_refused', { aud: `x ${aud} y` });
await refuse('an_empty_array_as_aud_is_refused', { aud: [] });
await refuse('a_number_as_aud_is_refused', { aud: 7 });
await refuse('an_object_as_aud_is_refused', { aud: { [aud]: aud } });
await refuse('a_number_beside_our_aud_is_refused', { aud: [aud, 7] });
await refuse('an_array_within_the_aud_is_refused', { aud: [[aud]] });
await refuse('a_missing_exp_is_refused', { exp: undefined });
await refuse('exp_as_a_string_is_refused', { exp: `${now + 60}` });
await refuse('a_negative_exp_is_refused', { exp: -1 });
await refuse('exp_as_null_is_refused', { exp: null });
await refuse('exp_as_true_is_refused', { exp: true });

for (const [name, text] of [['1e400', '1e400'], ['1e300', '1e300'],
                            ['1E10', '1E10'],
                            ['twenty_digits', '99999999999999999999'],
                            ['minus_zero', '-0']])
{
    bad(`exp_as_${name}_is_refused`,
        await forge(head('es256'), JSON.stringify(claims())
                    .replace(`"exp":${now + 3600}`, `"exp":${text}`)));
}

for (const text of ['NaN', 'Infinity', '+1700003600', '0x7fffffff',
                    '01700003600'])
{
    bad(`exp_as_${text.replace('+', 'plus_')}_is_refused`,
        await forge(head('es256'), JSON.stringify(claims())
                    .replace(`"exp":${now + 3600}`, `"exp":${text}`)));
}

const expired = (id, more) => row(id, 'expired', more);

expired('now_is_exp_is_expired', await signed('es256', claims({ exp: now })));
expired('a_token_of_1970_is_expired',
        await signed('es256', claims({ exp: 0, iat: 0 })));
expired('exp_a_second_ago_is_expired',
        await signed('es256', claims({ exp: now - 1 })));
bad('an_expired_token_with_a_bad_signature_is_just_invalid', (() => {
    const p = parts(good);
    p[1] = b64(JSON.stringify(claims({ exp: now - 1 })));
    return p.join('.');
})());
row('exp_a_second_ago_within_the_leeway_is_accepted', 'ok',
    await signed('es256', claims({ exp: now - 1 })), { leeway: 30 });
row('exp_of_30_seconds_ago_is_beyond_a_leeway_of_30', 'expired',
    await signed('es256', claims({ exp: now - 30 })), { leeway: 30 });

await refuse('nbf_in_the_future_is_refused', { nbf: now + 1 });
await refuse('nbf_beyond_the_leeway_is_refused', { nbf: now + 31 },
             { leeway: 30 });
row('nbf_within_the_leeway_is_accepted', 'ok',
    await signed('es256', claims({ nbf: now + 30 })), { leeway: 30 });
row('nbf_of_now_is_accepted', 'ok',
    await signed('es256', claims({ nbf: now })));
await refuse('nbf_as_a_string_is_refused', { nbf: '1' });
await refuse('iat_in_the_future_is_refused', { iat: now + 1 });
await refuse('iat_as_a_string_is_refused', { iat: '1' });

bad('typ_JWT_is_refused_by_rfc9068',
    await signed('es256', claims(), head('es256', { typ: 'JWT' })),
    { profile: 'rfc9068' });
bad('no_typ_is_refused_by_rfc9068',
    await signed('es256', claims(), head('es256', { typ: undefined })),
    { profile: 'rfc9068' });

for (const typ of ['dpop+jwt', 'id_token', 'logout+jwt', 'secevent+jwt',
                   'token-introspection+jwt', 'at+jwt ', ''])
{
    bad(`typ_${typ.trim() || 'empty'}${typ.endsWith(' ') ? '_with_a_space'
        : ''}_is_refused`,
        await signed('es256', claims(), head('es256', { typ })));
}

bad('typ_as_a_number_is_refused', await forge(head('es256', { typ: 1 })));

for (const [id, more] of [['nonce', { nonce: 'n' }],
                          ['at_hash', { at_hash: 'h' }],
                          ['c_hash', { c_hash: 'h' }]])
{
    bad(`an_id_token_with_${id}_is_refused`,
        await signed('es256', claims(more), head('es256', { typ: 'JWT' })));
}

bad('an_id_token_for_the_client_is_refused',
    await signed('es256', claims({ aud: 'app-1' }),
                 head('es256', { typ: 'JWT' })), { audience: ['app-1'] });
bad('an_id_token_for_the_azp_is_refused',
    await signed('es256', claims({ client_id: undefined, azp: 'app-1',
                                   aud: ['app-1'] }),
                 head('es256', { typ: undefined })), { audience: 'off' });

for (const name of ['sub', 'client_id', 'iat', 'jti', 'aud', 'iss', 'exp']) {
    await refuse(`rfc9068_without_${name}_is_refused`,
                 { [name]: undefined },
                 { profile: 'rfc9068',
                   ...(name === 'aud' ? { audience: 'off' } : {}) });
}

bad('a_duplicate_exp_is_refused',
    await forge(head('es256'), JSON.stringify(claims()).slice(0, -1)
                + `,"exp":${now + 3600}}`));
bad('a_duplicate_scope_is_refused',
    await forge(head('es256'), JSON.stringify(claims()).slice(0, -1)
                + ',"scope":"system/*.cruds"}'));
await refuse('scope_as_an_object_is_refused', { scope: { read: true } });
await refuse('scope_as_a_number_is_refused', { scope: 7 });
await refuse('scope_as_null_is_refused', { scope: null });
await refuse('a_space_in_an_element_of_scope_is_refused',
             { scope: ['patient/Binary.read user/*.*'] });
await refuse('patient_as_a_number_is_refused', { patient: 12724066 });
await refuse('patient_as_an_array_is_refused', { patient: ['12724066'] });
await refuse('sub_as_a_number_is_refused', { sub: 7 });
await refuse('a_line_break_in_the_sub_is_refused', { sub: 'a\r\nX: y' });
await refuse('a_jti_of_257_bytes_is_refused', { jti: 'j'.repeat(257) });
await refuse('cnf_jkt_is_refused', { cnf: { jkt: 'x' } });
await refuse('cnf_x5t_is_refused', { cnf: { 'x5t#S256': 'x' } });
await refuse('an_empty_cnf_is_refused', { cnf: {} });
await refuse('cnf_of_null_is_refused', { cnf: null });
await refuse('a_token_beyond_the_cap_is_refused', { pad: 'x'.repeat(8192) });

bad('a_nested_JWT_is_refused',
    await forge(head('es256', { cty: 'JWT' }), good));
bad('cty_JWT_is_refused', await forge(head('es256', { cty: 'jwt' })));
row('no_scope_is_accepted_and_empty', 'ok',
    await signed('es256', claims({ scope: undefined })), { scope: '' });
row('an_array_of_scopes_is_joined', 'ok',
    await signed('es256', claims({ scope: ['patient/Binary.read', 'openid'] })),
    { scope: 'patient/Binary.read openid' });
row('no_audience_is_accepted_where_it_is_off', 'ok',
    await signed('es256', claims({ aud: undefined })), { audience: 'off' });
row('a_token_shaped_as_those_of_cerner_is_accepted', 'ok',
    await signed('es256', {
        sub: 'user-1', iss, exp: now + 600, iat: now - 60, jti: 'jti-1',
        azp: 'app-1',
        'urn:com:cerner:authorization:claims': {
            ver: '1.0', tnt: 'tenant-1', azs: 'user/Binary.read'
        }
    }, head('es256', { typ: 'JWT' })),
    { audience: 'off', paths: 'cerner', scope: 'user/Binary.read',
      client_id: 'app-1', tenant: 'tenant-1', patient: '' });

row('an_opaque_token_is_no_jwt', 'opaque', '2YotnFZFEjr1zCsicMWpAA');
row('an_opaque_token_with_dots_is_no_jwt', 'opaque', 'v2.local.AAAA.BBBB');

writeFileSync(`${dir}/tokens.jsonl`, lines.join('\n') + '\n');
