// fhircheck.mjs NPM
//
// Reads lines of JSON: { name, form, body, native }, the last two in base64.
// Says of each Binary in R4 whether npm's fhir takes it for valid, and whether
// Node finds the native document in it: "ok NAME" or "bad NAME: why".

import { createRequire } from 'node:module';
import readline from 'node:readline';

const require = createRequire(`${process.argv[2]}/`);
const { Fhir } = require('fhir');
const fhir = new Fhir();

function check(line) {
    const body = Buffer.from(line.body, 'base64').toString('utf8');
    const json = line.form === 'json' ? body : fhir.xmlToJson(body);
    const resource = JSON.parse(json);

    const { valid, messages }
        = fhir.validate(resource, { errorOnUnexpected: true });

    if (!valid) {
        return JSON.stringify(messages);
    }

    if (Buffer.from(resource.data ?? '', 'base64').toString('base64')
        !== line.native)
    {
        return 'the data differs';
    }

    // over the other form and back

    const back = JSON.parse(fhir.xmlToJson(fhir.jsonToXml(json)));

    if (back.data !== resource.data
        || back.contentType !== resource.contentType
        || back.meta?.versionId !== resource.meta?.versionId)
    {
        return `differs after the way over XML: ${Object.keys(back)}`;
    }

    return '';
}

for await (const text of readline.createInterface({ input: process.stdin })) {
    const line = JSON.parse(text);
    let why;

    try {
        why = check(line);
    } catch (e) {
        why = String(e);
    }

    console.log(why ? `bad ${line.name}: ${why}` : `ok ${line.name}`);
}
