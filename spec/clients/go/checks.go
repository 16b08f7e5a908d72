package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// The time that one check may take.
const patience = 20 * time.Second

type result struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// Runs a check and prints its result as a line of JSON.
func check(name string, act func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				done <- fmt.Errorf("panic: %v", reason)
			}
		}()
		done <- act(ctx)
	}()
	var err error
	select {
	case err = <-done:
	case <-time.After(patience + time.Second):
		err = fmt.Errorf("not after %v", patience)
	}
	line := result{Check: name, OK: err == nil}
	if err != nil {
		line.Error = err.Error()
	}
	text, _ := json.Marshal(line)
	fmt.Fprintln(os.Stdout, string(text))
}

// Fails if a value is not the expected one.
func equal[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s: %v instead of %v", what, got, want)
	}
	return nil
}

// The first error of several.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
