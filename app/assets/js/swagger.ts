// The API's documentation page: Swagger UI, served from here and bundled on its own.

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

const root = document.getElementById("swagger")!;
const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";

SwaggerUI({
  domNode: root,
  url: root.dataset.url,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  // The page around it has the main region already.
  onComplete: () => root.querySelector("main")?.setAttribute("role", "group"),
  requestInterceptor: (request: { headers: Record<string, string> }) => {
    request.headers["X-CSRFToken"] = token;
    return request;
  },
});
