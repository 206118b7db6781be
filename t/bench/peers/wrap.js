/*
 * The gateway's work as a filter of njs: base64 by the piece, what does not
 * fill a group of three bytes waits for the next piece.  A request has its
 * own copy of these variables.
 */

const BEFORE = '{"resourceType":"Binary","id":"doc",'
               + '"contentType":"application/pdf","data":"';
const AFTER = '"}';

let rest = null;
let missing = -1;
let begun = false;
let ended = false;


function head(r) {
    const length = Number(r.headersOut['Content-Length']);

    if (length >= 0) {
        missing = length;
        r.headersOut['Content-Length'] = String(
            BEFORE.length + Math.ceil(length / 3) * 4 + AFTER.length);
    }

    r.headersOut['Content-Type'] = 'application/fhir+json';
}


function data(r, piece, flags) {
    let text = begun ? '' : BEFORE;
    let from = 0;
    let to = piece.length;

    begun = true;

    if (missing > 0) {
        missing -= to;
    }

    const last = flags.last || missing === 0;

    if (rest !== null && to > 0) {
        from = Math.min(3 - rest.length, to);
        rest = Buffer.concat([rest, piece.subarray(0, from)]);

        if (rest.length === 3) {
            text += rest.toString('base64');
            rest = null;
        }
    }

    const over = last ? 0 : (to - from) % 3;

    if (over) {
        to -= over;
        rest = Buffer.from(piece.subarray(to));
    }

    if (to > from) {
        text += (to - from === piece.length ? piece : piece.subarray(from, to))
                .toString('base64');
    }

    if (last && !ended) {
        ended = true;
        text += (rest === null ? '' : rest.toString('base64')) + AFTER;
    }

    r.sendBuffer(text, flags);
}

export default { head, data };
