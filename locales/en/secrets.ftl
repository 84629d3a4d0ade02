secrets-title = Secrets
secrets-empty = There is no secret yet
secrets-empty-example = A graph says which secrets its scripts get as environment variables:
secrets-empty-says = The value is set here, once, and nobody is shown it again.
secrets-name = Name
secrets-set = Set
secrets-by = By
secrets-remove = Remove
# $name (String) - the name of the secret
secrets-remove-one = Remove { $name }
secrets-new = Set a secret
secrets-name-hint = Letters, digits and _: the name of the environment variable. A name that is there gets the new value.
secrets-value = Value
secrets-value-hint = One line of 4 bytes or more. For several lines:
secrets-do = Set
secrets-nothing = Nothing was changed
# $name (String) - the name of the secret
secrets-removed = The secret { $name } is removed.
# $name (String) - the name of the secret
# $count (Number) - how many pipelines that have not ended name it
secrets-removed-used = { $count ->
    [one] The secret { $name } is removed. One pipeline that has not ended names it: what it still starts will fail.
   *[other] The secret { $name } is removed. { $count } pipelines that have not ended name it: what they still start will fail.
 }
