package io.retort.client;

/** What an answer loses without some of its neighbours, in nats. */
public record KnockOut(double logprob, double maskedLogprob, double knockOut) {}
