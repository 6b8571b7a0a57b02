import { expect, it } from 'vitest';
import type { Agenda, Appointment } from './agenda.ts';
import type { Clock } from './clock.ts';
import { type Led, LedConsumers } from './led-consumers.ts';

it('asks those that are led now and then, and nobody when there are none', () => {
  const planned: Appointment[] = [];
  const agenda = {
    plan: (appointment: Appointment, at: number) => {
      appointment.dueAt = at;
      planned.push(appointment);
    },
  } as unknown as Agenda;
  const led = new LedConsumers(agenda, { millis: 0 } as Clock);
  const ring = (): void => {
    const due = planned.shift() as Appointment;
    due.dueAt = Number.POSITIVE_INFINITY;
    due.due(0);
  };
  const asked: string[] = [];
  const named = (name: string, answers: boolean[]): Led => ({
    rest: () => {
      asked.push(name);
      return answers.shift() as boolean;
    },
  });
  const gone = named('gone', []);
  for (const one of [named('used', [false, true]), named('idle', [true]), gone]) led.add(one);
  led.remove(gone);
  expect(planned).toHaveLength(1);
  ring();
  ring();
  expect(asked).toEqual(['used', 'idle', 'used']);
  expect(planned).toEqual([]);
  led.add(named('later', []));
  expect(planned).toHaveLength(1);
});
