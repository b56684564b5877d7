import { Controller, Get, Header, Param, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Permission } from '../auth/permission.decorator.js';
import { DomainError } from '../errors/domain-error.js';
import { allProblems, findProblem, type ProblemEntry } from '../errors/problems.js';

/** Where the `type` of every problem document leads: a page that says what it means and what to do. */
@Controller({ path: 'problems', version: VERSION_NEUTRAL })
@ApiExcludeController()
export class ProblemsController {
  @Get()
  @Permission('public')
  @Header('Content-Type', 'text/html; charset=utf-8')
  list(): string {
    const rows = allProblems().map(
      (entry) =>
        `<li><a href="/problems/${entry.code}">${entry.code}</a> (${entry.status}) ${escape(entry.title)}</li>`,
    );
    return pageOf('Problems', `<ul>${rows.join('')}</ul>`);
  }

  @Get(':code')
  @Permission('public')
  @Header('Content-Type', 'text/html; charset=utf-8')
  show(@Param('code') code: string): string {
    const entry = findProblem(code);
    if (!entry) throw new DomainError('not-found', 'not-found', 'there is no problem of this name');
    return pageOf(entry.title, bodyOf(entry));
  }
}

function bodyOf(entry: ProblemEntry): string {
  return `<p><code>${entry.code}</code>, status ${entry.status}</p><p>${escape(entry.description)}</p><p><a href="/problems">All problems</a></p>`;
}

function pageOf(title: string, body: string): string {
  const heading = escape(title);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${heading}</title></head><body><h1>${heading}</h1>${body}</body></html>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
