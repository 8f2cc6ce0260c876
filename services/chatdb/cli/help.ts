import type { CommandName } from "./commands.ts";

const shared = `  --url URL           of the gateway (default: CHATDB_URL, or http://127.0.0.1:8080)
  --token TOKEN       where the gateway asks for one (default: CHATDB_TOKEN, which no list of processes shows)
  --format FORMAT     table (default), json (the gateway's whole answer) or csv`;

const expanded = `  -x, --expanded      show one column per line, also done where a table would be too wide for the terminal
  On a terminal, rows that are longer than the screen go through the pager that PAGER names
  (default: less -FRX).`;

/** The help of `chatdb`. */
export const help = `Asks a database in plain English, and trains models and predicts with them, by way of ChatDB's gateway.

Usage: chatdb ask [options] QUESTION     the rows that answer it; - reads the question from standard input
       chatdb sql [options] STATEMENT    the rows of a statement that reads
       chatdb sources [options]          the data sources
       chatdb datasource add NAME URL    a database of your own; also: datasource test, list, remove
       chatdb schema [options]           the tables and columns of a data source

       chatdb train [options] FILE       a model from a CSV file
       chatdb jobs [options] [ID]        the trainings, or one of them
       chatdb cancel ID, chatdb retry ID
       chatdb models [NAME]              the models, or the versions of one
       chatdb import NAME FILE           a model that was trained elsewhere, from a .onnx file
       chatdb promote NAME VERSION       into production; chatdb rollback NAME takes that back
       chatdb compare NAME A B           two versions
       chatdb predict NAME FEATURE=VALUE ...

       chatdb completion bash|zsh|fish   a script that completes this command in a shell

${shared}
  --help              show this; after a command, what it takes
  --version           show the version

The gateway's address is that which \`npm start\` prints (\`npm start -- chatdb --port PORT\` chooses the port).

What is asked for goes to standard output, all else to standard error.
Exit code: 0 rows, even none; 1 failure; 2 wrong usage; 3 the question has several readings, which are on standard
error; 4 the question was not understood, or its query was refused; 5 a service is unavailable: try again;
130 interrupted by Ctrl-C.`;

const helpByCommand: Readonly<Record<CommandName, string>> = {
  ask: `Asks a question in plain English. The rows are on standard output, the reading on standard error.

Usage: chatdb ask [options] QUESTION     - reads the question from standard input

  --datasource NAME   to ask; may be left out where there is one
  --take N            of the readings that are offered when the question is not clear, take the Nth
  --follow            go on: each further line is a question that may follow from the one before
${expanded}`,
  sql: `Runs one statement that reads, checked and limited like those that questions become.

Usage: chatdb sql [options] STATEMENT    - reads the statement from standard input

  --datasource NAME   to query; may be left out where there is one
${expanded}`,
  sources: `Lists the data sources.

Usage: chatdb sources [options]`,
  schema: `Shows the tables and columns of a data source.

Usage: chatdb schema [options]

  --datasource NAME   to show; may be left out where there is one`,
  completion: `Prints a script that completes the command chatdb in a shell.

Usage: source <(chatdb completion bash)  or zsh
       chatdb completion fish | source`,
  datasource: `Adds, tests, lists and removes data sources: databases to ask.

Usage: chatdb datasource add [options] NAME URL
       chatdb datasource test NAME       try to connect
       chatdb datasource list
       chatdb datasource remove NAME

  URL                 postgresql://USER@HOST:PORT/DATABASE, mysql://... or mongodb://..., without the password: a
                      terminal asks for it, otherwise it is read from standard input
  --password-env NAME takes the password from this environment variable instead
  --tls MODE          disable, require (encrypts) or verify (also checks the certificate).
                      Default: disable if the host is this machine (localhost, 127.0.0.0/8, ::1), else require`,
  train: `Trains a model from a CSV file, which is uploaded, or from a dataset that lies elsewhere.

Usage: chatdb train [options] FILE|LOCATION

  LOCATION            s3://<bucket>/<key>, https://<host>/<path>, or query://<data source>?<SQL, URL-encoded>
  --target COLUMN     to predict (default: the one named target, else the last)
  --model NAME        of the model (default: that of the file)
  --family FAMILY     linear-regression, logistic-regression, boosted-trees, k-nearest-neighbours or text-classification
                      (default: as the target suggests)
  --set NAME=VALUE    a parameter, such as trees=200; may be given several times. docs/chatdb/training.md lists them.
  --priority P        low, normal (default) or high
  --follow            show the progress, and end when the training does: exit code 0 where it made a model, else 1.
                      Ctrl-C leaves the training running (exit code 130).`,
  jobs: `Lists the trainings, newest first; with an id, shows one with its history.

Usage: chatdb jobs [options] [ID]

  --status STATUS     those that are queued, running, succeeded, failed or cancelled
  --model NAME        those of a model
  --follow            with an id: show the progress until it ends`,
  cancel: `Cancels a training. One that has made its model already has succeeded.

Usage: chatdb cancel [options] ID`,
  retry: `Has a training that failed or was cancelled run again.

Usage: chatdb retry [options] ID

  --follow            show the progress until it ends`,
  models: `Lists the models; with a name, the versions of one, newest first.

Usage: chatdb models [options] [NAME]`,
  import: `Makes a version of a model from a .onnx file, which is kept as it is. The same file with the same options makes one version.

Usage: chatdb import [options] NAME FILE

  --target NAME       of what it predicts (default: prediction)
  --features A,B      names of its columns, of a file that takes one matrix (default: x1, x2 and so on)
  --classes A,B       in the order of its probabilities; needed if the file does not name them`,
  promote: `Brings a version into production. The one that was there is archived.

Usage: chatdb promote [options] NAME VERSION

  VERSION             a number, latest or staging
  --to STAGE          production (default), staging, archived or none`,
  rollback: `Brings the version back into production that was there before.

Usage: chatdb rollback [options] NAME`,
  compare: `Compares the metrics, data and parameters of two versions.

Usage: chatdb compare [options] NAME A B

  A, B                numbers, latest, staging or production`,
  predict: `Predicts with a model.

Usage: chatdb predict [options] NAME FEATURE=VALUE ...
       chatdb predict [options] NAME --file ROWS.csv

  --version VERSION   a number, latest (default), staging or production
  --file FILE         CSV with a header row: each row with its prediction. Columns that are no features are left aside.
  --explain           say what each feature adds; of a file's rows with --format json`,
};

/** Returns the help of a command, or of `chatdb` itself. */
export function helpOf(command: CommandName | undefined): string {
  return command === undefined ? help : `${helpByCommand[command]}\n\n${shared}`;
}
