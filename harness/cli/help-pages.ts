/** What the help of a command teaches beside its flags. */
export interface HelpPage {
  /** Commands to copy, each with what it does where that is not plain. */
  readonly examples: readonly (readonly [command: string, what?: string])[]
  /** What one has to know, in lines of at most 100 characters. */
  readonly says?: string
  /** Exit codes with what each means here; 64 and 70 mean the same everywhere. */
  readonly exits: readonly string[]
}

/** A page as the text that follows the list of flags. */
export function helpText({ examples, says, exits }: HelpPage): string {
  const longest = Math.max(...examples.flatMap(([command, what]) => (what ? command.length : 0)))
  const lines = examples.map(([command, what]) =>
    what === undefined ? command : `${command.padEnd(longest)}  ${what}`,
  )
  const codes = [...exits, '64 wrong usage', '70 the harness could not do its work']
  return [
    '\nExamples:',
    // What begins with a space goes on with the command above it.
    ...lines.map((line) => (line.startsWith(' ') ? `      ${line}` : `  $ interregnum ${line}`)),
    ...(says === undefined ? [] : ['', says]),
    '',
    wrapped(`Exit codes: ${sorted(codes).join('; ')}.`),
  ].join('\n')
}

function sorted(codes: readonly string[]): readonly string[] {
  return [...codes].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
}

const columnsMax = 100

/** Breaks a sentence into lines; those that follow stand below its first word. */
function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    const longer = last === '' ? word : `${last} ${word}`
    if (longer.length <= columnsMax) lines[lines.length - 1] = longer
    else lines.push(`  ${word}`)
  }
  return lines.join('\n')
}

const verdicts = ['0 pass', '1 fail', '2 inconclusive', '130 interrupted']

const stateFolder = `What runs start is written down in the state folder: $INTERREGNUM_STATE_DIR, else
$XDG_STATE_HOME/interregnum, else the usual place of the system. doctor prints where it is.`

/** The page of each command; `interregnum` is the first one that a newcomer sees. */
export const helpPages = {
  interregnum: {
    examples: [
      ['run', 'the quick set, real processes'],
      ['init', 'begin in your own repository'],
      ['run black-hole --world sim --seed 3', 'one scenario in the sim world (virtual time)'],
      ['check reports/latest', 'judge stored histories again'],
      ['report reports/latest', 'write its reports anew'],
      ['preflight --demo', 'look at a replicated user pool before a failover'],
      ['scenarios', 'what can be run'],
      ['run --help', 'flags, examples and exit codes of a command'],
    ],
    exits: [...verdicts, '3 something was left behind'],
  },
  run: {
    examples: [
      ['run', 'the quick set, real processes'],
      ['run tokens-survive-cutover --seed 42', 'one scenario, other draws'],
      ['run --all --world sim --json > verdict.json', 'everything, in the sim world'],
      ["run --objective 'observedLoss <= 1s' --objective 'recovery <= 30s at p99'"],
      ['run --plan reports/latest/plan.json', 'the same run again'],
      ['run --target openldap --all --expected builtin', 'what is known of it fails no run'],
      ['run --world container', 'in containers'],
      ['run --world container --attach', 'on what docker compose up started'],
      ['run --world remote --topology topology.yaml', 'on your own system, which is up'],
      ['run region-loss-with-replication-held --mutant drop-one-change-in-a-hundred'],
      ['run guess-budget-over-both-regions --switch lockoutScope=mirrored'],
    ],
    says: `The process world starts real processes and sockets. The sim world is one process in virtual time:
milliseconds for each scenario, and the same bytes for the same seed. In the container world each
Region is a container, made from images that are built where they are missing, and links run through
a Toxiproxy where its image is here or a registry has it ($INTERREGNUM_PROXY_IMAGE names another),
else through our own proxy in a container. A stack that is attached to stays up, and is left as it
was found. Scenarios about databases need --storage postgres. In the remote world Regions are those
of a topology file: clients reach each through a port of this machine, where their way is disturbed;
links and hooks of the file do what is beyond that. Nothing that the file does not name is touched,
hosts beyond this machine only with its consent, and what will be disturbed is said before.

An objective is a name, one of <= >= < > =, and a value with its unit (ms, s, min, h, % or none). A
wrong name is answered with the nearest one, or with all short names. One that names the measurement
of a rule replaces the threshold of the rule.

--expected names a file of findings that are known: interregnum expected --help.

A run leaves plan.json, verdict.json, report.html, junit.xml, summary.md, results.sarif and the
history of each scenario in its folder; reports/latest points at the newest.`,
    exits: [
      '0 pass',
      '1 fail: a rule or an objective is broken',
      '2 inconclusive: nothing was seen that could show it, or all was skipped',
      '3 something was left behind',
      '130 interrupted',
    ],
  },
  init: {
    examples: [
      ['init', 'asks what you want to break'],
      ['init --yes', 'the model that comes along'],
      ['init --yes --url-primary https://a.example.com --url-replica https://b.example.com \\'],
      ['   --client-id app --username ada --consent', 'an OpenID provider of yours'],
      ['init --yes --driver python --url-primary http://10.0.0.1:8080 \\'],
      ['   --url-replica http://10.0.0.2:8080 --consent', 'any other system of yours'],
    ],
    says: `It writes interregnum.config.ts, scenarios/first-failover.scenario.ts and
.github/workflows/failover.yml, package.json where there is none, topology.yaml where Regions have
URLs, and with --driver a driver.py or driver.mjs that performs the operations. A file that is there
is never replaced without --force, and nothing is written where something is wrong. Secrets stand in
no file: flags name the variables that hold them.`,
    exits: ['0 written', '130 interrupted'],
  },
  check: {
    examples: [
      ['check reports/latest', 'every history of a run'],
      ['check reports/latest/black-hole/history.ndjson --json', 'one history'],
      ['check topology.yaml', 'what a run would disturb'],
      ["check reports/latest --objective 'observedLoss <= 500ms'", 'another claim'],
      ['check reports/latest --expected known.yaml', 'beside known findings'],
      ['check known.yaml', 'a file of expected results'],
    ],
    says: `A run that had a file of expected results is judged beside it again. A history whose hash
chain is broken is refused with 64; one whose end is torn is judged as far as it goes, and is at
best inconclusive.`,
    exits: ['0 pass', '1 fail', '2 inconclusive'],
  },
  report: {
    examples: [
      ['report reports/latest'],
      ['report reports/20260101T000000Z-0123456789ab --out /tmp/report'],
    ],
    says: 'It shows what the run came to; check judges its histories again.',
    exits: ['0 the reports are written, whatever the verdict'],
  },
  expected: {
    examples: [
      ['expected write reports/latest --out known.yaml', 'then fill in the reasons'],
      ["expected write reports/latest --reason 'ticket 4711' --until 2027-05-01"],
      ['check known.yaml'],
      ['run --expected known.yaml', 'what stands there fails no run'],
    ],
    says: `A file of expected results (YAML) names scenarios and what they are known to break: a rule, a
measurement or a kind of finding, with the reason and the last day on which it is accepted:

  target: openldap
  expected:
    - scenario: guess-budget-over-both-regions
      rule: FS-28
      reason: each server counts wrong passwords for itself
      until: 2027-05-01
      switches: { lockout: local }

What is broken and stands there is told as expected; what does not fails the run, and so does what
has expired. What stands there and held is told as healed. An inconclusive scenario is neither.
Safe? is answered as without the file. --expected builtin takes the file that comes with the target,
and expected: 'known.yaml' in interregnum.config.ts does what the flag does.`,
    exits: ['0 written'],
  },
  preflight: {
    examples: [
      ['preflight --demo', 'a model with drifts, and what is found'],
      ['preflight --demo clean', 'the same model without a drift'],
      ['preflight --pool us-east-1_AbCdEf --policy', 'the IAM policy that it needs'],
      ['preflight --pool us-east-1_AbCdEf', 'look at AWS'],
      ['preflight --pool us-east-1_AbCdEf --baseline drift.json --update-baseline'],
      ['preflight --pool us-east-1_AbCdEf --baseline drift.json --out preflight'],
    ],
    says: `It compares both copies of the pool and what a failover needs around them, which replication
does not copy: triggers and their permission, WAF, e-mail and text messages, logs, key and key
policy, quotas beside what was used, the health check, certificate, issuer, and users whose only
factor is an authenticator app. It can carry out reads and nothing else, and counts them (--calls).

It needs the AWS SDK (it says which packages are missing), and credentials as the AWS CLI has them.
AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> are obeyed; --endpoints goes before them:
us-east-1: { kms: 'http://127.0.0.1:4566' }, with * for every Region or service.

What could not be seen, such as for want of a permission, is inconclusive and never passes.
CloudWatch bills GetMetricData: a cent or so for each preflight.`,
    exits: [
      '0 pass: nothing was found, or nothing that the baseline does not name',
      '1 fail: something was found',
      '2 inconclusive: nothing was found, and not everything was seen',
      '130 interrupted',
    ],
  },
  scenarios: {
    examples: [
      ['scenarios', 'those of the package, and yours below scenarios/'],
      ['scenarios --json', 'with the rules that each names, and its faults'],
      ['run black-hole --world sim', 'runs one of them'],
    ],
    exits: ['0 listed'],
  },
  faults: {
    examples: [
      ['faults', 'what a scenario may pass to nemesis.inject'],
      ['faults --json', 'with the type, the unit and the bounds of each parameter'],
    ],
    exits: ['0 listed'],
  },
  targets: {
    examples: [['targets'], ['targets --json', 'with what each is able to do']],
    exits: ['0 listed'],
  },
  mutants: {
    examples: [
      ['mutants', 'what can be planted'],
      ['mutants --matrix tokens-survive-cutover region-loss-with-replication-held'],
      ['mutants --matrix tokens-survive-cutover --mutant wrong-key-id --seeds 50 --json'],
      ['run tokens-survive-cutover --mutant wrong-key-id', 'a report about one of them'],
    ],
    says: 'A scenario notices a defect where it breaks a threshold that it keeps without it.',
    exits: [
      '0 listed; with --matrix: each defect was noticed by some scenario',
      '1 one was not',
      '130 interrupted',
    ],
  },
  stack: {
    examples: [
      ['stack up', 'prints where the Regions are, and calls to try'],
      ['stack up --storage postgres', 'each Region on a PostgreSQL of its own'],
      ['stack up --mutant reject-foreign-tokens --json'],
      ['stack status'],
      ['stack down'],
    ],
    says: `A stack is a run in a process of its own: doctor knows it, and killed it takes its Regions with it.
One can be up for each state folder; it ends by itself after twelve hours.`,
    exits: ['0 done', '3 something is left after down: interregnum recover cleans it'],
  },
  proxy: {
    examples: [
      ['proxy --port 8474', 'at the port of Toxiproxy'],
      ['proxy --port 0 --host 127.0.0.1', 'at a free port, which it prints'],
    ],
    exits: ['0 ended by Ctrl-C'],
  },
  driver: {
    examples: [
      ["driver check 'python3 driver.py'", 'what it does right'],
      ["driver check 'python3 driver.py' --topology topology.yaml", 'on yours'],
      ["run tokens-survive-cutover --driver 'python3 driver.py'", 'through it'],
    ],
    says: `A driver is a program that reads requests from its standard input and writes answers to its
standard output, a JSON object on each line: interregnum/schemas/driver-request.schema.json and
driver-answer.schema.json. \`interregnum init --driver python\` begins one for a system of yours that
runs; the guide is harness/target/driver/README.md, in the package and in the repository. In
interregnum.config.ts it is driver: { command: ['python3', 'driver.py'] }.

\`run --driver … --world remote --topology topology.yaml\` drives your own two Regions.
A driver that breaks a rule of the protocol is ended, and the scenario is inconclusive.`,
    exits: ['0 every check passed', '1 one did not', '130 interrupted'],
  },
  doctor: {
    examples: [['doctor'], ['doctor --faults', 'what this machine can inject'], ['doctor --json']],
    says: stateFolder,
    exits: ['0 nothing was left behind', '3 something was: interregnum recover cleans it'],
  },
  observe: {
    examples: [
      ['observe --topology pair.yaml --route https://login.example.com'],
      ['observe --topology pair.yaml --objective "firstSuccess <= 5min" --duration 2h'],
      ['observe --target oidc --topology topology.yaml --canaries 1 --rate 0.5'],
      ['mark "routing flipped"', 'in another terminal'],
    ],
    says: `People fail over; canary users sign in where clients do and in each Region, and are removed
at the end. Without --route clients follow the marks "routing flipped" and "failed back". A system
is watched only if its owner agreed: a Cognito pool by its tag interregnum:consent, an OpenID
provider by the line "consent: observe" of the topology's section "target". It ends by \`mark end\`,
Ctrl-C, the stop file, --duration, --calls or a stop condition.`,
    exits: [...verdicts, '3 canary users could not be removed'],
  },
  mark: {
    examples: [
      ['mark detected', 'somebody, or an alarm, knows of the loss'],
      ['mark decided', 'it was decided to fail over'],
      ['mark "routing flipped"', 'the routing was changed'],
      ['mark "failed back"', 'it was changed back'],
      ['mark end', 'the watch ends'],
      ['mark "DNS console is slow"', 'a note'],
      ['mark "pager went off" --as detection --ago 40s'],
    ],
    exits: ['0 noted'],
  },
  recover: {
    examples: [
      ['recover', 'ends processes and removes folders of runs that are dead'],
      ['recover --elsewhere', 'forgets those of other machines too'],
    ],
    says: stateFolder,
    exits: ['0 clean', '3 something could not be removed; it is named'],
  },
} as const satisfies Readonly<Record<string, HelpPage>>
