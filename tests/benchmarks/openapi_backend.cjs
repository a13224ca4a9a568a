// A peer: openapi-backend on Node's own HTTP server, which judges each request and answers with the document's example.
// Started by `contestants`: node openapi_backend.cjs PORT DOCUMENT, with NODE_PATH where the package is installed.
"use strict";

const http = require("node:http");
const { OpenAPIBackend } = require("openapi-backend");

const [port, definition] = process.argv.slice(2);

const write = (response, status, body) => {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(text) });
  response.end(text);
};

const api = new OpenAPIBackend({
  definition,
  quick: true, // the document was validated by whoever made it
  ajvOpts: { strict: false, allErrors: true, validateFormats: false },
  handlers: {
    validationFail: (context, request, response) => write(response, 422, { errors: context.validation.errors }),
    notFound: (context, request, response) => write(response, 404, { error: "Not Found" }),
    methodNotAllowed: (context, request, response) => write(response, 405, { error: "Method Not Allowed" }),
    notImplemented: (context, request, response) => {
      const { status, mock } = context.api.mockResponseForOperation(context.operation.operationId);
      write(response, status, mock);
    },
  },
});

const answer = (request, response, body) =>
  api
    .handleRequest({ method: request.method, path: request.url, headers: request.headers, body }, request, response)
    .catch((error) => write(response, 500, { error: String(error) }));

api.init().then(() =>
  http
    .createServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => answer(request, response, Buffer.concat(chunks).toString() || undefined));
    })
    .listen(Number(port), "127.0.0.1"),
);
