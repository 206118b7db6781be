// fhirserver.mjs NPM PORT DOCUMENT ...
//
// A real FHIR server, npm's node-fhir-server-core, with the Binary resources
// of the files named: their ids are the names without the ending.  It serves
// DSTU2, STU3 and R4 under /1_0_2/, /3_0_1/ and /4_0_0/.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createRequire } from 'node:module';

const [npm, port, ...files] = process.argv.slice(2);
const require = createRequire(`${npm}/`);
const { initialize, resolveSchema, ServerError, constants }
    = require('@asymmetrik/node-fhir-server-core');

const types = { '.html': 'text/html', '.pdf': 'application/pdf',
                '.png': 'image/png', '.xml': 'application/xml' };

const documents = new Map(files.map((file) => [ path.parse(file).name, file ]));

function refuse(statusCode, code, diagnostics) {
    return new ServerError(diagnostics, {
        statusCode, issue: [ { severity: 'error', code, diagnostics } ],
    });
}

function binary(version, id) {
    const file = documents.get(id);

    if (!file) {
        throw refuse(404, 'not-found', `no Binary/${id} in this server`);
    }

    const Binary = resolveSchema(version, 'Binary');
    const field = version === '4_0_0' ? 'data' : 'content';

    return new Binary({
        id, contentType: types[path.extname(file)],
        meta: { versionId: '3', lastUpdated: '2020-01-02T03:04:05.000Z' },
        [field]: fs.readFileSync(file).toString('base64'),
    });
}

const service = {
    searchById: async (args) => binary(args.base_version, args.id),
    search: async () => { throw refuse(405, 'not-supported', 'no search'); },
    autogen: async (args, { req }) => {
        if (!req.query.patient) {
            throw refuse(400, 'required', 'no patient');
        }

        return binary(args.base_version, `CCD-${req.query.patient}`);
    },
};

const { VERSIONS } = constants;

const { app } = initialize({
    logging: { level: 'error' },
    server: {},
    profiles: {
        Binary: {
            service,
            versions: [ VERSIONS['1_0_2'], VERSIONS['3_0_1'],
                        VERSIONS['4_0_0'] ],
            operation: [ { name: 'autogen', route: '/$autogen-ccd-if',
                           method: 'GET' } ],
        },
    },
});

http.createServer(app).listen(Number(port), '127.0.0.1',
                              () => console.log('listening'));
