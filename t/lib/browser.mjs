/*
 * Chromium against the gateway that t/browser.t has started.
 *
 *     FHIR_BROWSER='{"chromium": PATH, "npm": DIR, "gateway": PORT, ...}' \
 *         node t/lib/browser.mjs
 *
 * Writes a line "ok NAME" or "not ok NAME # GOT" for each check.  This
 * process also is what the browser and the gateway talk to: the store of the
 * documents, the site of an app, and a beacon that nothing may reach.
 */

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';


const conf = JSON.parse(process.env.FHIR_BROWSER);
const require = createRequire(`${conf.npm}/package.json`);
const { chromium } = require('playwright-core');

const site = (port, host = '127.0.0.1') => `http://${host}:${port}`;
const gateway = site(conf.gateway);
const app = site(conf.app);
const beacon = site(conf.beacon);


/* the documents; whatever the hostile ones do shows as a request */

const call = (what) => `fetch('${beacon}/${what}', { mode: 'no-cors' });
    document.title = 'owned'; localStorage.x = 1;`;

const html = `<!DOCTYPE html><title>Report</title>
<base href="${beacon}/base/">
<meta http-equiv="refresh" content="0;url=${beacon}/refresh">
<link rel="stylesheet" href="${beacon}/style">
<link rel="preload" as="script" href="${beacon}/preload">
<link rel="prefetch" href="${beacon}/prefetch">
<link rel="icon" href="${beacon}/icon">
<link rel="manifest" href="${beacon}/manifest">
<style>@import url(${beacon}/import);
    body { background: url(${beacon}/background); }
    @font-face { font-family: f; src: url(${beacon}/font); }
    p { font-family: f; color: rgb(1, 2, 3); }</style>
<script>${call('inline')}</script>
<script src="${beacon}/script"></script>
<script src="/self.js"></script>
<script type="module">${call('module')}</script>
<body onload="${call('onload')}">
<p id="text">findings</p>
<img src="${beacon}/image" onerror="${call('onerror')}">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">
<svg><image href="${beacon}/svg"/><script>${call('svgscript')}</script></svg>
<iframe src="${beacon}/frame"></iframe>
<iframe src="javascript:top.location='${beacon}/jsframe'"></iframe>
<iframe srcdoc="<script>top.location = '${beacon}/srcdoc'</script>"></iframe>
<object data="${beacon}/object"></object><embed src="${beacon}/embed">
<video src="${beacon}/video" autoplay></video>
<audio src="${beacon}/audio" autoplay></audio>
<form action="${beacon}/form"><input name="a" value="b">
    <button id="submit">Send</button></form>
<a id="js" href="javascript:${call('jslink')}">a</a>
<a id="popup" target="_blank" href="${beacon}/popup">b</a>
<script>document.forms[0].submit(); window.open('${beacon}/open');
    navigator.serviceWorker.register('/Binary/worker');</script>`;

const xhtml = 'xmlns="http://www.w3.org/1999/xhtml"';

const xml = `<?xml version="1.0"?>
<?xml-stylesheet type="text/xsl" href="${beacon}/xsl"?>
<?xml-stylesheet type="text/css" href="${beacon}/css"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>CCD</title>
<script ${xhtml}>${call('xmlscript')}</script>
<iframe ${xhtml} src="${beacon}/xmlframe"></iframe>
<img ${xhtml} src="${beacon}/xmlimage"/>
</ClinicalDocument>`;

const svg = `<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" onload="${call('svgonload')}">
<script>${call('script')}</script><image href="${beacon}/image"/>
<foreignObject><iframe ${xhtml} src="${beacon}/frame"/></foreignObject></svg>`;

const documents = {
    pdf: ['application/pdf', readFileSync('t/data/small.pdf')],
    html: ['text/html', html],
    clean: ['text/html', '<p>clean'],
    xml: ['application/xml', xml],
    svg: ['image/svg+xml', svg],
    json: ['application/json', '{"a":[1]}'],
    worker: ['text/javascript', call('worker')],
};

const pdf = documents.pdf[1];


/* the sites; every request of a beacon is one too many */

let reached = [];
let preflights = 0;

const servers = [];

const serve = (port, handler) => new Promise((resolve) => {
    const s = createServer(handler);
    servers.push(s);
    s.listen(port, '127.0.0.1', resolve);
});

await serve(conf.store, (req, res) => {
    const [type, body] = documents[req.url.split('/').pop()] ?? [];

    if (!type) {
        return res.writeHead(404).end();
    }

    res.writeHead(200, {
        'Content-Type': type, 'Content-Length': Buffer.byteLength(body),
        ETag: '"5"', 'Set-Cookie': 'sid=secret; Path=/',
        'Access-Control-Allow-Origin': 'https://store.example',
        'Service-Worker-Allowed': '/', Refresh: `0;url=${beacon}/header`,
        Link: `<${beacon}/link>; rel=preload; as=script`,
    }).end(body);
});

await serve(conf.app, (req, res) => {
    const script = req.url === '/fhir-client.js';

    res.writeHead(200, { 'Content-Type': script ? 'text/javascript'
                                                : 'text/html' });
    res.end(script ? readFileSync(require.resolve(
                         'fhirclient/build/fhir-client.min.js'))
                   : '<!DOCTYPE html><title>app</title><body>');
});

await serve(conf.beacon, (req, res) => {
    reached.push(req.url);
    res.writeHead(200, { 'Content-Type': 'text/plain' }).end();
});


/* checks */

const is = (got, wanted, name) => {
    const [g, w] = [got, wanted].map((v) => JSON.stringify(v) ?? 'undefined');

    console.log(g === w ? `ok ${name}`
                        : `not ok ${name} # got ${g}, wanted ${w}`);
};

const ok = (value, name, detail) =>
    is(value ? 'yes' : detail ?? value, 'yes', name);

const quiet = (page) => page.waitForTimeout(400);


const browser = await chromium.launch({
    executablePath: conf.chromium,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
           '--no-first-run', '--disable-background-networking',
           '--disable-component-update', '--disable-sync', '--no-pings',
           '--host-resolver-rules='
           + 'MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
});

const bearer = { Authorization: `Bearer ${conf.token}` };


/* an app of another origin */

const asks = async (origin) => {
    const page = await browser.newPage();

    await page.goto(`${origin}/`);
    await page.addScriptTag({ url: `${origin}/fhir-client.js` });

    /* fetch() in the page: all that its script can see of the answer */

    page.ask = (url, headers = {}, method = 'GET') => page.evaluate(
        async ([u, h, m]) => {
            try {
                const r = await fetch(u, { headers: h, method: m });
                const b = new Uint8Array(await r.arrayBuffer());
                const s = Array.from(b, (c) => String.fromCharCode(c));

                return { status: r.status, body: btoa(s.join('')),
                         headers: Object.fromEntries(r.headers) };
            } catch (e) {
                return { error: e.name };
            }
        }, [url, headers, method]);

    return page;
};

const text = (r) => Buffer.from(r.body ?? '', 'base64').toString();
const json = (r) => { try { return JSON.parse(text(r)); }
                      catch { return {}; } };


const page = await asks(app);
const binary = (id) => `${gateway}/any/Binary/${id}`;
let r;

r = await page.ask(binary('pdf'), bearer);
is([r.status, r.headers?.['content-type'], r.headers?.etag],
   [200, 'application/pdf', '"5"'], 'an app gets a PDF with its token');
is(r.body, pdf.toString('base64'), 'byte for byte');

r = await page.ask(binary('pdf'), { ...bearer, Accept:
                                    'application/fhir+json' });
is([r.status, json(r).resourceType, json(r).contentType, json(r).data],
   [200, 'Binary', 'application/pdf', pdf.toString('base64')],
   'and as FHIR JSON');

r = await page.ask(binary('pdf'));
is([r.status, json(r).resourceType, json(r).issue?.[0].code],
   [401, 'OperationOutcome', 'login'], 'reads a 401');
is(r.headers?.['www-authenticate'], 'Bearer realm="fhir"',
   'and its challenge');

r = await page.ask(binary('pdf'), { Authorization: 'Bearer a.b.c' });
ok(/error="invalid_token"/.test(r.headers?.['www-authenticate']),
   'reads that its token is not valid', r);

r = await page.ask(binary('pdf'), { ...bearer, Accept: 'application/json' });
is([r.status, json(r).issue?.[0].code], [406, 'not-supported'],
   'reads a 406');
ok(/application\/pdf/.test(json(r).issue?.[0].diagnostics),
   'and what it can have', r);

r = await page.ask(binary('none'), bearer);
is([r.status, json(r).issue?.[0].code], [404, 'not-found'], 'reads a 404');

r = await page.ask(binary('pdf'), bearer, 'DELETE');
is(r.error, 'TypeError', 'cannot try to delete');

r = await page.ask(binary('pdf'), { ...bearer, Range: 'bytes=0-3' });
is([r.status, text(r), r.headers?.['content-range']],
   [206, '%PDF', `bytes 0-3/${pdf.length}`], 'reads in ranges');

r = await page.ask(binary('pdf'), { ...bearer, 'If-None-Match': '"5"' });
is(r.status, 304, 'asks whether it changed');

r = await page.ask(binary('pdf'), { ...bearer, 'X-Remote-User': 'root' });
is(r.error, 'TypeError', 'cannot send what a backend could trust');

const listed = `${gateway}/list/Binary/clean`;

is(text(await page.ask(listed, bearer)), '<p>clean', 'an origin of the list');

const other = await asks(site(conf.app, 'localhost'));

is((await other.ask(listed, bearer)).error, 'TypeError',
   'an origin that is not on the list');
is(text(await other.ask(binary('clean'), bearer)), '<p>clean',
   'which may where any may');
is((await page.ask(`${gateway}/none/Binary/clean`, bearer)).error,
   'TypeError', 'no origin may where CORS is off');
await other.close();


/* the client library of SMART */

const smart = (body, server = `${gateway}/any`) => page.evaluate(
    async ([code, serverUrl, token]) => {
        const client = FHIR.client({
            serverUrl, tokenResponse: { access_token: token },
        });

        try {
            return await new Function('client', `return (async () => {
                ${code} })()`)(client);
        } catch (e) {
            return { status: e.statusCode, message: e.message };
        }
    }, [body, server, conf.token]);

r = await smart(`return client.request({ url: 'Binary/pdf',
    headers: { Accept: 'application/fhir+json' } })`);
is([r.resourceType, r.data], ['Binary', pdf.toString('base64')],
   'fhirclient: a Binary');

is(await smart(`const r = await client.request({ url: 'Binary/pdf',
        headers: { Accept: 'application/pdf' } });
    const blob = await r.blob(); return [blob.type, blob.size]`),
   ['application/pdf', pdf.length], 'fhirclient: a PDF is a Response');

is(await smart(`return client.request({ url: 'Binary/clean',
        headers: { Accept: 'text/html' } })`),
   '<p>clean', 'fhirclient: HTML is a string');

r = await smart("return client.request('Binary/pdf')");
ok(r.status === 406 && /OperationOutcome/.test(r.message),
   'fhirclient: its own Accept gets a 406 that says why', r);

is(await smart("return client.request('Binary/json')"), { a: [1] },
   'fhirclient: but a document that is JSON');

is(await smart(`return client.request({ url: 'Binary/pdf?_format=json' })
        .then((b) => b.resourceType)`), 'Binary',
   'fhirclient: _format goes before its Accept');

is(await page.evaluate(() => document.cookie), '', 'no cookie came');


/* documents in the window of the browser, from the gateway's own origin */

const open = async (url) => {
    const context = await browser.newContext({ acceptDownloads: true });
    const view = await context.newPage();
    const seen = { download: null, dialogs: 0, view, context };

    reached = [];
    await view.setExtraHTTPHeaders(bearer);
    view.on('download', (d) => { seen.download = d; });
    view.on('dialog', (d) => { seen.dialogs++; d.dismiss(); });

    try {
        seen.response = await view.goto(url);
    } catch (e) {
        seen.error = e.message;
    }

    await quiet(view);
    return seen;
};

const nothing = async (seen, name) => {
    is(reached, [], `${name}: nothing was fetched`);
    is(seen.dialogs + seen.context.pages().length, 1, `${name}: one window`);
    is(await seen.context.cookies(), [], `${name}: no cookie`);
};

/* the hostile ones do harm where nothing stops them: the tests can fail */

for (const [id, least] of [['html', 5], ['xml', 1], ['svg', 1]]) {
    const seen = await open(`${gateway}/bare/Binary/${id}`);

    ok(new Set(reached).size >= least, `${id} bare: does harm`, reached);
    await seen.context.close();
}

for (const id of ['html', 'xml', 'svg', 'worker']) {
    let seen = await open(binary(id));
    const ext = id === 'worker' ? 'bin' : id;

    is(seen.download?.suggestedFilename(), `${id}.${ext}`,
       `${id}: is a file, and not shown`);
    is(seen.view.url(), 'about:blank', `${id}: never a page of the gateway`);
    await nothing(seen, id);
    await seen.context.close();

    /* a proxy took Content-Disposition away */

    if (id === 'worker') {
        continue;
    }

    seen = await open(`${site(conf.strip)}/any/Binary/${id}`);
    is(seen.download, null, `${id}: is shown, where something makes it so`);

    for (const click of id === 'html' ? ['#submit', '#js', '#popup'] : []) {
        const failed = await seen.view.click(click, { timeout: 2000 })
            .then(() => '', (e) => e.message);

        await quiet(seen.view);
        is(failed, '', `html shown: a click on ${click}`);
    }

    await nothing(seen, `${id} shown`);
    is([seen.view.url().replace(/^.*\//, ''), await seen.view.title()],
       [id, id === 'html' ? 'Report' : ''],
       `${id} shown: stays what it is`);

    if (id === 'html') {
        const style = await seen.view.locator('#text').evaluate(
            (e) => getComputedStyle(e).color, null, { timeout: 2000 })
            .catch((e) => e.message);

        is(style, 'rgb(1, 2, 3)', 'html shown: in its own style');
    }

    await seen.view.screenshot({ path: `${conf.dir}/${id}.png` });
    await seen.context.close();
}

/* not in a frame of any page */

{
    reached = [];
    await page.setExtraHTTPHeaders(bearer);

    for (const id of ['pdf', 'clean']) {
        await page.evaluate((u) => new Promise((done) => {
            const f = document.createElement('iframe');
            f.onload = f.onerror = done;
            f.src = u;
            document.body.append(f);
            setTimeout(done, 1000);
        }), binary(id));
    }

    await quiet(page);

    const frames = page.frames().slice(1).map((f) => f.url());

    ok(frames.every((u) => !u.startsWith(gateway)), 'no frame shows it',
       frames);
    await page.setExtraHTTPHeaders({});
}


/* the viewer of the browser */

{
    const seen = await open(binary('pdf'));

    is(seen.download, null, 'a PDF is no file to save');
    is(seen.response?.headers()['content-type'], 'application/pdf',
       'but a page');

    is(await seen.view.evaluate(() => document.contentType),
       'application/pdf', 'of that type');

    /* the viewer is an extension of Chromium, in a process of its own */

    await seen.view.waitForTimeout(1000);

    const cdp = await browser.newBrowserCDPSession();
    const { targetInfos } = await cdp.send('Target.getTargets');

    ok(targetInfos.some((t) => t.url.startsWith('chrome-extension://')),
       'the viewer runs', targetInfos.map((t) => t.url));

    /* a white page on dark ground: neither blank nor refused */

    const shot = await seen.view.screenshot({ path: `${conf.dir}/pdf.png` });

    const white = await page.evaluate(async (png) => {
        const blob = await (await fetch(`data:image/png;base64,${png}`)).blob();
        const image = await createImageBitmap(blob);
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d');

        context.drawImage(image, 0, 0);

        const { data } = context.getImageData(0, 0, image.width, image.height);
        let n = 0;

        for (let i = 0; i < data.length; i += 4) {
            n += data[i] === 255 && data[i + 1] === 255 && data[i + 2] === 255;
        }

        return n / (data.length / 4);
    }, shot.toString('base64'));

    ok(white > 0.03 && white < 0.5, 'and shows the page', white);
    is(reached, [], 'and nothing else');
    await seen.context.close();
}

await browser.close();
servers.forEach((s) => { s.closeAllConnections(); s.close(); });
console.log('done');
