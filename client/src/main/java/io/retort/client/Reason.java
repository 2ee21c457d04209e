package io.retort.client;

/** Why something is not as it could be: a word of the contract, and a sentence for a person. */
public record Reason(String code, String message) {}
