/*
 * The gateway's work in Node: no Transform, Buffer's own base64, written as
 * latin1; the backend is paused while the client does not read.
 *
 *     node gateway.mjs PORT BACKEND_PORT
 */

import http from 'node:http';

const BEFORE = '{"resourceType":"Binary","id":"doc",'
               + '"contentType":"application/pdf","data":"';
const AFTER = '"}';

const [port, backend] = process.argv.slice(2).map(Number);
const agent = new http.Agent({ keepAlive: true, maxSockets: 256,
                               maxFreeSockets: 256 });


function wrap(res, up) {
    const length = Number(up.headers['content-length']);
    const known = length >= 0;
    const fields = { 'Content-Type': 'application/fhir+json' };

    if (known) {
        fields['Content-Length'] = BEFORE.length + Math.ceil(length / 3) * 4
                                   + AFTER.length;
    }

    res.writeHead(up.statusCode, fields);

    let text = BEFORE;
    let rest = null;
    let missing = known ? length : -1;
    let ended = false;

    up.on('data', (piece) => {
        let from = 0;

        missing -= piece.length;

        const last = known && missing === 0;

        if (rest !== null) {
            from = Math.min(3 - rest.length, piece.length);
            rest = Buffer.concat([rest, piece.subarray(0, from)]);

            if (rest.length === 3 || last) {
                text += rest.toString('base64');
                rest = null;
            }
        }

        const over = last ? 0 : (piece.length - from) % 3;
        const to = piece.length - over;

        if (over) {
            rest = Buffer.from(piece.subarray(to));
        }

        if (to > from) {
            text += piece.base64Slice(from, to);
        }

        if (last) {
            ended = true;
            res.end(text + AFTER, 'latin1');

        } else if (text !== '' && !res.write(text, 'latin1')) {
            up.pause();
        }

        text = '';
    });

    res.on('drain', () => up.resume());

    up.on('end', () => {
        if (!ended) {
            res.end(text + (rest === null ? '' : rest.toString('base64'))
                    + AFTER, 'latin1');
        }
    });
}


const server = http.createServer((req, res) => {
    const up = http.get({ host: '127.0.0.1', port: backend, path: req.url,
                          agent }, (answer) => wrap(res, answer));

    up.on('error', () => {
        res.statusCode = 502;
        res.end();
    });
});

server.keepAliveTimeout = 600000;
server.listen(port, '127.0.0.1');
