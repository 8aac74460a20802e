/* global SwaggerUIBundle */
const services = ['catalog', 'redemption', 'scheduler', 'notification', 'targeting'];
const personas = ['nobody', 'owner', 'ana', 'bruno', 'clara', 'dino', 'cashier', 'admin', 'service'];

const find = (id) => document.getElementById(id);
let token;

fill(find('service'), services);
fill(find('persona'), personas);
find('service').value = services.includes(location.hash.slice(1)) ? location.hash.slice(1) : services[0];
find('service').addEventListener('change', ({ target }) => (location.hash = target.value));
addEventListener('hashchange', () => {
  find('service').value = location.hash.slice(1);
  render();
});
find('persona').addEventListener('change', ({ target }) => void signIn(target.value));
void offerSignIn();
render();

/** Renders the chosen service's document. Whatever is tried out goes through this address, with the chosen token. */
function render() {
  const url = `/docs/api/${find('service').value}.openapi.json`;
  find('document').href = url;
  SwaggerUIBundle({
    url,
    dom_id: '#reference',
    deepLinking: false,
    // Neither another document by query parameter nor the badge of an outside validator.
    queryConfigEnabled: false,
    validatorUrl: null,
    // x-roles and x-problems: who may call a route, and every refusal that it knows.
    showExtensions: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    requestInterceptor: (request) => {
      const own = Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === 'authorization');
      if (token !== undefined && !own)
        request.headers = { ...request.headers, Authorization: `Bearer ${token}` };
      return request;
    },
  });
}

/** Only where there is a development issuer. */
async function offerSignIn() {
  const { ok } = await fetch('/auth/.well-known/jwks.json');
  find('sign-in').hidden = !ok;
}

async function signIn(name) {
  token = undefined;
  if (name === 'nobody') return;
  const answer = await fetch(`/auth/token/${name}`);
  if (answer.ok) token = (await answer.json()).access_token;
}

function fill(select, names) {
  for (const name of names) select.add(new Option(name, name));
}
