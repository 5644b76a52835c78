// Shows the description of the service; the form asks for the token where it is told to nobody without one.

const form = document.getElementById("ask");
const input = document.getElementById("token");
const wrong = document.getElementById("wrong");

/** Show the operations, or ask for the token. */
async function show(token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const reply = await fetch("/openapi.json", { headers });
  if (reply.ok) {
    form.hidden = true;
    draw(await reply.json(), token);
  } else if (reply.status === 401) {
    wrong.textContent = token ? "This is not the token of this service." : "";
    form.hidden = false;
    input.focus();
  } else {
    wrong.textContent = (await reply.json()).detail;
    form.hidden = false;
  }
}

/** Have Swagger UI draw a description; it asks nobody else, not even whether the description is valid. */
function draw(spec, token) {
  const page = SwaggerUIBundle({ spec, dom_id: "#operations", validatorUrl: null, docExpansion: "list" });
  if (token) page.preauthorizeApiKey("bearer", token);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  show(input.value.trim());
});
if (form.hidden) show("");
else input.focus();
