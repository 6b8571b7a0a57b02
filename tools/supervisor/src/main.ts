import { readCommandLine } from '@skein/config';
import { configIo } from './config-io.ts';

const argv = process.argv.slice(2);
const command = readCommandLine(argv, configIo);
switch (command.kind) {
  case 'run': {
    const { runNode } = await import('./run-node.ts');
    await runNode({ options: command.options, configFile: command.configFile, argv });
    break;
  }
  case 'print':
    process.stdout.write(command.stdout);
    process.stderr.write(command.stderr);
    process.exitCode = command.exitCode;
    break;
  case 'plan': {
    const { planCommand } = await import('./plan-command.ts');
    const { stdout, stderr, exitCode } = await planCommand(command.target, command.argv);
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exitCode = exitCode;
    break;
  }
  case 'signal': {
    const { sendSignal, signalSystem } = await import('./signal-command.ts');
    const error = sendSignal(signalSystem, command.signal, command.target);
    if (error === undefined) break;
    process.stderr.write(`nats-server: ${error}\n`);
    process.exitCode = 1;
  }
}
