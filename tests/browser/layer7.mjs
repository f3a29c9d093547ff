// What layer 7 has beside layer 4: rules in an order, changes of headers, TLS with a certificate made here; and a warning that is seen.

import { farm, field, guidePicture, navigate, picture, section, signIn, told, until, update, walk } from './browser.mjs';

const within = (page, name, label) => section(page, name).getByRole('textbox', { name: label, exact: true });

async function addService(page) {
  await navigate(page, 'Cluster Configuration', 'Layer 7 Virtual Services');
  await page.getByRole('button', { name: 'Add a new Virtual Service' }).click();
  await field(page, 'Virtual Service', 'Label').fill('Web');
  await field(page, 'Virtual Service', 'IP Address').fill(farm.layer7);
  await field(page, 'Virtual Service', 'Ports').fill('8443');
  await update(page);
  await told(page, 'Virtual service Web was created.');
  // Nobody is behind it yet: that is worth a warning, and the warning can be read.
  await told(page, 'Web has no real server: only its fallback answers');
  await picture(page, 'layer7-1-warning');
}

async function addServer(page, label, address) {
  await navigate(page, 'Cluster Configuration', 'Layer 7 Real Servers');
  await page.getByRole('button', { name: 'Add a new Real Server: Web' }).click();
  await field(page, 'Real Server', 'Label').fill(label);
  await field(page, 'Real Server', 'Real Server IP Address').fill(address);
  await update(page);
  await told(page, `Real server ${label} was created.`);
}

async function modify(page) {
  await navigate(page, 'Cluster Configuration', 'Layer 7 Virtual Services');
  await page.getByRole('button', { name: 'Modify Web', exact: true }).click();
  await page.getByRole('heading', { name: 'Layer 7 - Modify Virtual Service' }).waitFor();
}

async function rules(page) {
  await modify(page);
  const area = section(page, 'Content Rules');
  await area.getByRole('button', { name: 'Add a rule' }).click();
  await within(page, 'Content Rules', 'Label').fill('api');
  await area.getByRole('combobox', { name: 'Action', exact: true }).selectOption({ label: 'Use these real servers' });
  await area.getByRole('checkbox', { name: 'PS2', exact: true }).check();
  await area.getByRole('button', { name: 'Add a condition' }).click();
  await area.getByRole('combobox', { name: 'Comparison', exact: true }).selectOption({ label: 'Begins with' });
  await within(page, 'Content Rules', 'Value').fill('/api');
  await area.getByRole('button', { name: 'Modify: Rule 1' }).click();
  await area.getByRole('button', { name: 'Add a rule' }).click();
  await within(page, 'Content Rules', 'Label').fill('old');
  await area.getByRole('combobox', { name: 'Action', exact: true }).selectOption({ label: 'Redirect to (keep path)' });
  await within(page, 'Content Rules', 'Location').fill('https://print.example');
  await area.getByRole('button', { name: 'Move up: Rule 2' }).click();
  const headers = section(page, 'Headers');
  await headers.getByRole('button', { name: 'Add a header rule' }).click();
  await within(page, 'Headers', 'Header').fill('Content-Length');
  await update(page);
  // What the load balancer refuses stands at its field, in the rule that it is in.
  await headers.locator('.pf-m-error').getByText('Content-Length').waitFor();
  await picture(page, 'layer7-2-refused-in-a-rule');
  await within(page, 'Headers', 'Header').fill('X-Tenant');
  await within(page, 'Headers', 'Value').fill('main');
  await guidePicture(page, 'layer7-3-rules');
  await update(page);
  await told(page, 'Web was updated.');
  await modify(page);
  const lines = () => area.locator('.ek-entry-title').allTextContents();
  const areInOrder = ([first, second]) => first?.includes('old: always') && second?.includes('api: Path begins');
  await until(async () => areInOrder(await lines()), async () => `the rules are in another order: ${(await lines()).join(' | ')}`);
}

async function certificate(page) {
  await navigate(page, 'Cluster Configuration', 'Certificates');
  await page.getByRole('button', { name: 'Add a certificate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Make one that signs itself').check();
  await dialog.getByRole('textbox', { name: 'Label', exact: true }).fill('office');
  await dialog.getByRole('textbox', { name: 'Names', exact: true }).fill('print.example, 10.0.0.30');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await told(page, 'Certificate office was added.');
  await page.getByRole('row').filter({ hasText: 'office' }).getByText(/365 days left|364 days left/).waitFor();
  await guidePicture(page, 'layer7-4-certificates');
}

async function tls(page) {
  await modify(page);
  const area = section(page, 'TLS with Clients');
  await area.getByRole('checkbox', { name: 'office', exact: true }).check();
  await area.getByRole('combobox', { name: 'Profile', exact: true }).selectOption({ label: 'Compatible' });
  await picture(page, 'layer7-5-tls');
  await update(page);
  await told(page, 'Web was updated.');
  await navigate(page, 'Cluster Configuration', 'Certificates');
  await page.getByRole('row').filter({ hasText: 'office' }).getByText('Web').waitFor();
  await page.getByRole('button', { name: 'Delete office' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByText('Web uses the certificate office').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
}

await walk('layer7', async (page) => {
  await signIn(page);
  await addService(page);
  for (const [label, address] of Object.entries(farm.printServers)) await addServer(page, label, address);
  await rules(page);
  await certificate(page);
  await tls(page);
});
