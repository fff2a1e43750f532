// Drives the API as a script of somebody's would, with node-zendesk as it comes from npm; prints what it saw.
const {createClient} = require('node-zendesk');

const [endpointUri, token, policyTitle] = process.argv.slice(2);
const client = createClient({username: 'ana@northwind.example', token, endpointUri});
const result = (answer) => answer.result ?? answer;
// This client gives the policies page by page, as they came.
const policiesOf = (pages) => pages.flatMap((page) => page.sla_policies ?? page);

async function refused(work) {
  try {
    await work();
    return 0;
  } catch (error) {
    return Number(/\((\d+)\)/.exec(error.message)?.[1]);
  }
}

async function main() {
  const seen = {};
  seen.me = result(await client.users.me()).role;
  const made = result(
    await client.policies.create({
      sla_policy: {
        title: policyTitle,
        filter: {all: [{field: 'type', operator: 'is', value: 'incident'}], any: []},
        policy_metrics: [{priority: 'high', metric: 'first_reply_time', target: 30, business_hours: false}],
      },
    }),
  );
  const policy = made.sla_policy ?? made;
  seen.target = policy.policy_metrics[0].target_in_seconds;
  const listed = policiesOf(await client.policies.list());
  seen.listed = listed.map((one) => one.title).includes(policyTitle);
  const changed = result(await client.policies.update(policy.id, {sla_policy: {description: 'As agreed'}}));
  seen.description = (changed.sla_policy ?? changed).description;
  await client.policies.reorder([policy.id]);
  const first = policiesOf(await client.policies.list());
  seen.first = first[0].title;
  seen.definitions = (result(await client.policies.getDefinitions()).definitions.all ?? []).length > 5;
  await client.policies.delete(policy.id);
  seen.gone = await refused(() => client.policies.show(policy.id));
  seen.refused = await refused(() => client.policies.create({sla_policy: {title: ''}}));
  const tickets = await client.tickets.list();
  seen.tickets = tickets.map((one) => one.id);
  const updated = result(await client.tickets.update(1, {ticket: {priority: 'high', comment: {body: 'From Node'}}}));
  seen.priority = (updated.ticket ?? updated).priority;
  const comments = await client.tickets.getComments(1);
  seen.comment = comments.at(-1).body;
  seen.audits = (await client.tickets.exportAudit(1)).length > 1;
  seen.exported = (await client.tickets.incremental(0)).length;
  seen.metrics = (await client.ticketmetrics.listAll()).length;
  seen.organizations = (await client.organizations.list()).map((one) => one.name);
  seen.found = (await client.search.queryAll('type:ticket')).length;
  process.stdout.write(JSON.stringify(seen));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n${JSON.stringify(error.result ?? null)}\n`);
  process.exit(1);
});
